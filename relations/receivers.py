"""What relations do when events announce something. All of it within the sender's transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.dispatch import receiver

from events.models import Event, EventStatus
from events.signals import admission_changed, event_created, event_deleting, events_repeated
from relations.closing import begin_settling
from relations.ledger import forgetting, stated
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.seats import end_offers_by_the_start, lock_capacity, settle_queue
from relations.services import add_leaders
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


@receiver(events_repeated)
def give_repeated_events_their_leaders(
    *, original: Event, events: Sequence[Event], actor: User | None, **_kwargs: object
) -> None:
    """Give the copies of an event its owner and hosts. Their capacities are new: nobody else can hold them."""
    leaders = UserEventRelation.objects.leading().filter(event=original).order_by("seq")
    parts = list(leaders.values_list("user_id", "role"))
    EventCapacity.objects.filter(event__in=events).update(next_seq=len(parts) + 1)
    with stated(actor=actor, reason=CREATED):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user_id=user_id, event=event, role=role, status=Status.CONFIRMED, seq=seq)
            for event in events
            for seq, (user_id, role) in enumerate(parts, 1)
        )


@receiver(admission_changed)
def follow_the_event(*, event: Event, actor: User | None, reason: str, **_kwargs: object) -> None:
    """Settle the attendees of an event that closed; otherwise let in whom there is room for now. A cut bumps nobody."""
    capacity = lock_capacity(event.pk)
    if event.status in (EventStatus.CANCELLED, EventStatus.COMPLETED):
        begin_settling(capacity, actor=actor, reason=reason)
    else:
        end_offers_by_the_start(capacity)
        settle_queue(capacity, actor=actor)


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
    relations.delete()
