"""What the matrix walks over: everybody whom the rules tell apart, each with objects of theirs and of others."""

from dataclasses import dataclass, field
from typing import Any

from django.contrib.auth.models import AnonymousUser

from events.series import repeat_event
from events.tests.factories import EventFactory
from mailing.models import Campaign, EmailTemplate, Suppression
from mailing.suppressions import suppress
from mailing.tests.factories import campaign_to
from relations.tests.factories import attend, host
from users.accounts.tokens import create_token
from users.models import ApiToken, User
from users.tests.factories import SegmentFactory, UserFactory

CAST = ("admin", "organizer", "agent", "customer", "outsider", "nobody")
OWN, OTHER = "own", "other"


@dataclass
class World:
    """The objects of one caller and of somebody else, by the kind that addresses name them by."""

    caller: Any
    objects: dict[tuple[str, str], Any] = field(default_factory=dict)

    def add(self, kind: str, own: Any, other: Any) -> None:
        """Name the caller's object of a kind, and the one that is not theirs."""
        self.objects |= {(kind, OWN): own, (kind, OTHER): other}

    def find(self, kind: str, whose: str) -> Any:
        """Return an object."""
        return self.objects[kind, whose]


def world_of(role: str) -> World:
    """Make the world of a caller who holds ``role``.

    Theirs are: their own record, an active event (led by who may lead, attended by others), a relation (to an event
    they lead, or their own), a campaign and a segment. Not theirs: a contact, somebody's draft, a relation to an event
    that somebody else leads, an operator's campaign, and an organizer's segment.
    """
    caller = AnonymousUser() if role == "nobody" else UserFactory.create(roles=[role] if role != "outsider" else [])
    world = World(caller)
    stranger, leader = UserFactory.create(), UserFactory.create(roles=["organizer"])
    mine, draft, elsewhere = EventFactory.create(), EventFactory.create(status="draft"), EventFactory.create()
    for event in (draft, elsewhere):
        host(leader, event)
    world.add("user", caller if isinstance(caller, User) else stranger, stranger)
    world.add("event", mine, draft)
    series = [
        repeat_event(event=EventFactory.create(status=one.status), rule="FREQ=WEEKLY;COUNT=2", actor=None)
        for one in (mine, draft)
    ]
    world.add("series", *series)
    world.add("relation", _own_relation(role, caller, mine, stranger), attend(stranger, elsewhere))
    client, another_client = UserFactory.create_batch(2, roles=["customer"])
    world.add("customer", caller if role == "customer" else client, another_client)
    tokens = [token_of(one) for one in (caller if isinstance(caller, User) else client, another_client)]
    world.add("token", *tokens)
    segments = [SegmentFactory.create(owner=one) for one in (caller if isinstance(caller, User) else client, leader)]
    world.add("segment", *segments)
    mail = [campaign_to([stranger]) for _ in range(2)]
    if isinstance(caller, User):
        Campaign.objects.filter(pk=mail[0].pk).update(created_by=caller)
    world.add("campaign", *mail)
    suppress(address="bounced@example.com", reason="hard_bounce")
    world.add("suppression", *[Suppression.objects.get(address="bounced@example.com")] * 2)
    world.add("template", *[EmailTemplate.objects.get(name="welcome")] * 2)
    world.add("delivery", *(one.deliveries.get() for one in mail))
    return world


def token_of(user: User) -> ApiToken:
    """Make a token that may read people."""
    return create_token(user=user, name="Export", scopes=["people:read"])[0]


def _own_relation(role: str, caller: Any, event: Any, stranger: User) -> Any:
    if role in ("admin", "organizer"):
        host(caller, event)
        return attend(stranger, event)
    return attend(caller if isinstance(caller, User) else stranger, event)
