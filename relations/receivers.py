"""What relations do when events announce something. All of it within the sender's transaction."""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import F, Q
from django.dispatch import receiver
from django.utils import timezone as clock

from events.models import Event
from events.services import CLOSED
from events.signals import admission_changed, event_created, event_deleting, event_reopening, events_repeated
from relations.closing import begin_settling, refuse_while_settling
from relations.ledger import forgetting, stated
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.seats import end_offers_by_the_start, lock_capacities, lock_capacity, settle_queue
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
    with stated(actor=actor, reason=CREATED):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user_id=user_id, event=event, role=role, status=Status.CONFIRMED, seq=seq)
            for event in events
            for seq, (user_id, role) in enumerate(parts, 1)
        )


@receiver(admission_changed)
def follow_the_events(*, events: Sequence[Event], actor: User | None, reason: str, **_kwargs: object) -> None:
    """Settle the attendees of events that closed; of others let in whom there is room for now. A cut bumps nobody.

    A handful of queries, and more for each event in which somebody waits, or has an offer that ends with this.
    """
    capacities = lock_capacities(event.pk for event in events)
    if closed := [one.event for one in capacities if one.event.status in CLOSED]:
        begin_settling(closed, actor=actor, reason=reason)
    stirred = _with_offers_to_end(events)
    for capacity in capacities:
        if capacity.event.status not in CLOSED and (capacity.waiting or capacity.event_id in stirred):
            end_offers_by_the_start(capacity)
            settle_queue(capacity, actor=actor)


def _with_offers_to_end(events: Sequence[Event]) -> set[UUID]:
    """Return those of ``events`` with offers that have ended, or would last beyond their start."""
    offers = UserEventRelation.objects.filter(event__in=events, status=Status.OFFERED)
    ending = Q(offer_expires_at__lte=clock.now()) | Q(offer_expires_at__gt=F("event__start_at"))
    return set(offers.filter(ending).order_by().values_list("event", flat=True))


@receiver(event_reopening)
def let_no_event_open_halfway(*, event: Event, **_kwargs: object) -> None:
    """Refuse to open an event again whose attendees are being settled: some would be in, and others not."""
    refuse_while_settling(lock_capacity(event.pk).event)


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
