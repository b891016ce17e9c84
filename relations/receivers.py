"""What relations do when events announce something. All of it within the sender's transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.dispatch import receiver

from events.models import Event
from events.signals import admission_changed, event_created, event_deleting
from relations.ledger import forgetting, stated
from relations.models import RelationTransition, Role, UserEventRelation
from relations.services import add_leaders, lock_capacity, promote
from users.models import User

CREATED = "created the event"
NAMED = "named when the event was created"


@receiver(event_created)
def make_creator_owner_and_host(
    *, event: Event, actor: User | None, host_ids: Sequence[UUID] | None, **_kwargs: object
) -> None:
    """Make the creator the owner and, unless hosts were named, the host."""
    if actor:
        add_leaders(event=event, users=[actor], role=Role.OWNER, actor=actor, reason=CREATED)
    named = [actor.pk] if host_ids is None and actor else host_ids or []
    hosts = User.objects.filter(pk__in=named).order_by("pk")
    add_leaders(event=event, users=hosts, role=Role.HOST, actor=actor, reason=NAMED)


@receiver(admission_changed)
def promote_into_new_places(*, event: Event, actor: User | None, **_kwargs: object) -> None:
    """Confirm the head of the queue when room was added or the event opens again; a cut bumps nobody."""
    promote(lock_capacity(event.pk), actor=actor)


@receiver(event_deleting)
def forget_what_creation_made(*, event: Event, **_kwargs: object) -> None:
    """Remove the owner and hosts that creation made. Anybody else's part is history, and keeps the event."""
    lock_capacity(event.pk)
    relations = UserEventRelation.objects.filter(event=event)
    ledger = RelationTransition.objects.filter(relation__event=event)
    if relations.filter(role=Role.ATTENDEE).exists() or ledger.exclude(reason__in=(CREATED, NAMED)).exists():
        return
    with forgetting():
        ledger.delete()
    with stated(actor=None, reason="event deleted"):
        relations.delete()
