"""What people want to get of mail to many: asked, said and taken back, from whichever door."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import reduce
from operator import or_
from typing import Any
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Q, QuerySet
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.transactions import locking
from events.models import Event, EventStatus
from mailing.models import Campaign, MailCategory, OptOut, OptOutSource
from relations.models import UserEventRelation
from users.models import User
from users.roles import Role

# Of events of somebody's own, as many are shown as they may choose about.
MOST_EVENTS = 50
# Waits for a gate that holds one of the rows: nothing of it is gated once this has committed. What a freeze that runs
# meanwhile adds, the gate finds: it looks after it has locked the rows. The wish is written before the rows are locked,
# by everybody in this order, and the rows are locked by id.
WITHDRAW = """
    WITH held_back AS (
        SELECT d.id FROM mailing_delivery d JOIN mailing_campaign c ON c.id = d.campaign_id
         WHERE d.user_id = %(user)s AND d.status IN ('queued', 'claimed') AND c.lane = 'campaign'
           AND (%(everything)s OR c.category_id = ANY(%(categories)s::bigint[]) OR c.event_id = ANY(%(events)s::uuid[]))
         ORDER BY d.id FOR UPDATE OF d
    )
    UPDATE mailing_delivery d SET status = 'suppressed', error = %(said)s, token = NULL, lease_until = NULL
      FROM held_back h WHERE h.id = d.id
"""


@dataclass(frozen=True, slots=True)
class Topic:
    """What somebody can do without: a category, the mail about an event, or, with neither, all mail to many."""

    category: MailCategory | None = None
    event: Event | None = None

    @property
    def name(self) -> str:
        """The name of the topic in forms."""
        if self.category:
            return f"category:{self.category.key}"
        return f"event:{self.event.pk}" if self.event else "all"


@dataclass(frozen=True, slots=True)
class Choice:
    """A topic, and whether somebody wants it."""

    topic: Topic
    wanted: bool


@dataclass(frozen=True, slots=True)
class Preferences:
    """All that somebody can choose. Who does without all mail to many gets none, whatever else they have chosen."""

    everything: Choice
    categories: list[Choice]
    events: list[Choice]

    @property
    def all(self) -> list[Choice]:
        """Every choice, the widest first."""
        return [self.everything, *self.categories, *self.events]


@dataclass(frozen=True, slots=True)
class Door:
    """By which door somebody says it: who is signed in there, and by the link of which campaign's mail."""

    source: OptOutSource
    by: User | None = None
    campaign: Campaign | None = None


def topic_of(campaign: Campaign | None) -> Topic:
    """Return what one click in a mail of ``campaign`` unsubscribes from: its category, which is the list it names.

    Mail without a category is unsubscribed from as a whole: from that about its event, or else from all mail to many.
    Of a campaign that is gone nobody knows what it was: all.
    """
    if campaign is None:
        return Topic()
    return Topic(category=campaign.category) if campaign.category else Topic(event=campaign.event)


def does_without(user: User, topic: Topic) -> bool:
    """Tell whether ``user`` gets no mail about ``topic``: by a wish for it, or by one for all mail to many."""
    wished = Q(category=topic.category, event=topic.event) | Q(category=None, event=None)
    return OptOut.objects.filter(wished, user=user, ended_at=None).exists()


def preferences_of(user: User, *, viewer: User | None, about: Campaign | None = None) -> Preferences:
    """Return what ``user`` wants (three queries): of events, those that they have a part in, and what they do without.

    ``viewer`` is who looks, and sees no more events than they may know ``user`` to be part of; None: whoever has a mail
    with the link, which may have been passed on, and sees no events but those done without and the mail's own.
    ``about`` is that mail; its event comes first.
    """
    held = OptOut.objects.filter(user=user, ended_at=None)
    without = {(row.category_id, row.event_id) for row in held}

    def choice(topic: Topic) -> Choice:
        key = (topic.category.pk if topic.category else None, topic.event.pk if topic.event else None)
        return Choice(topic, key not in without)

    chosen = [event for _category, event in without if event]
    return Preferences(
        choice(Topic()),
        [choice(Topic(category=category)) for category in MailCategory.objects.all()],
        [choice(Topic(event=event)) for event in _events_of(user, chosen, viewer, about.event if about else None)],
    )


def wishes_seen(user: User, viewer: User) -> "QuerySet[OptOut]":
    """Return what ``user`` does or did without, as far as ``viewer`` may know of it.

    Whoever does without mail about an event is or was part of it, most often: staff see of that what they see of parts.
    """
    wishes = OptOut.objects.filter(user=user)
    if viewer == user or viewer.holds(Role.ADMIN):
        return wishes
    return wishes.filter(Q(event=None) | Q(event__in=_parts_seen(user, viewer).values("event")))


def _parts_seen(user: User, viewer: User) -> Any:
    parts = UserEventRelation.objects.filter(user=user)
    return parts if viewer == user else parts.visible_to(viewer)


def _events_of(user: User, chosen: list[UUID], viewer: User | None, own: Event | None) -> list[Event]:
    """Return the events that somebody can choose about: the mail's ``own``, those ``chosen`` about, and those to come.

    Of too many the earliest are left out: nobody chooses about what is over.
    """
    events = Event.objects.filter(pk__in=chosen)
    if viewer is not None:
        events = events.filter(pk__in=wishes_seen(user, viewer).values("event"))
        parts = _parts_seen(user, viewer).live().values("event")
        events |= Event.objects.filter(pk__in=parts, status=EventStatus.ACTIVE, start_at__gt=clock.now())
    first = [own] if own else []
    others = events.exclude(pk__in=[event.pk for event in first]).order_by("-start_at", "-pk")
    return [*first, *reversed(others[: MOST_EVENTS - len(first)])]


@transaction.atomic
def opt_out(*, user: User, topic: Topic, door: Door) -> bool:
    """Send no more mail about ``topic`` to ``user``, nor what is queued for them. False: so it was already.

    Once this has committed nothing of it is gated; what was gated before is handed over for a second at most.
    """
    is_new = not _held(user, [topic]).exists()
    _withhold(user, [topic], door)
    return is_new


@transaction.atomic
def opt_in(*, user: User, topic: Topic, door: Door) -> bool:
    """Let mail about ``topic`` go to ``user`` again; what was withheld stays so. False: nothing kept it back."""
    return bool(_let_through(user, [topic], door))


@locking
def choose(*, user: User, choices: Iterable[Choice], door: Door) -> None:
    """Store what ``user`` wants of each topic of ``choices``, the last word on it; others stay as they are.

    Three statements however many there are, each in one order: two who choose for the same person wait for each other.
    """
    said = {choice.topic.name: choice for choice in choices}
    in_order = [said[name] for name in sorted(said)]
    if wanted := [choice.topic for choice in in_order if choice.wanted]:
        _let_through(user, wanted, door)
    if unwanted := [choice.topic for choice in in_order if not choice.wanted]:
        _withhold(user, unwanted, door)


def _held(user: User, topics: Iterable[Topic]) -> "QuerySet[OptOut]":
    """Return the wishes of ``user`` that hold for just these topics."""
    exactly = [Q(category=topic.category, event=topic.event) for topic in topics]
    return OptOut.objects.filter(reduce(or_, exactly), user=user, ended_at=None)


def _withhold(user: User, topics: Sequence[Topic], door: Door) -> None:
    wishes = [
        OptOut(
            user=user,
            category=topic.category,
            event=topic.event,
            source=door.source,
            by=door.by,
            campaign=door.campaign,
        )
        for topic in topics
    ]
    OptOut.objects.bulk_create(wishes, ignore_conflicts=True)  # others may have come before, or meanwhile
    with connection.cursor() as cursor:
        cursor.execute(
            WITHDRAW,
            {
                "user": user.pk,
                "everything": any(not topic.category and not topic.event for topic in topics),
                "categories": [topic.category.pk for topic in topics if topic.category],
                "events": [topic.event.pk for topic in topics if topic.event],
                "said": _("The person has unsubscribed."),
            },
        )


def _let_through(user: User, topics: Sequence[Topic], door: Door) -> int:
    return _held(user, topics).update(ended_at=clock.now(), ended_source=door.source, ended_by=door.by)
