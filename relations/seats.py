"""The one place where seats are given and taken: under the lock on the event's capacity, with a reason for the ledger.

Lock order: the event's capacity, then (in the triggers) counts by person. Seats and counts belong to the triggers.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.utils import timezone as clock

from events.models import Event, EventStatus
from relations.admission import refuse_unfit
from relations.ledger import stated
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE
from relations.signals import registrations_changed
from relations.transitions import NEW
from users.models import User


def lock_capacity(event_id: UUID) -> EventCapacity:
    """Lock and return the capacity of one event, with the event as it is now. Must run in a transaction."""
    capacity = EventCapacity.objects.select_for_update(no_key=True).get(event_id=event_id)
    capacity.event = Event.objects.get(pk=event_id)
    return capacity


def reread(relation: UserEventRelation) -> UserEventRelation:
    """Return the relation as it is now, which the lock on its event's capacity keeps so."""
    return UserEventRelation.objects.select_related("user").get(pk=relation.pk)


def store(capacity: EventCapacity, relation: UserEventRelation, was: str, *, actor: User | None, reason: str) -> None:
    """Write what ``relation``, which ``was`` something else, becomes; a seat that it leaves goes to the queue's head.

    Raises ``Conflict`` where the table of transitions or the seats forbid it.
    """
    refuse_unfit(capacity, relation, was)
    with stated(actor=actor, reason=reason):
        if was == NEW:
            capacity.next_seq += 1
            capacity.save(update_fields=["next_seq"])
            relation.save(force_insert=True)
        else:
            relation.save(update_fields=["status", "offer_expires_at"])
    if relation.role != Role.ATTENDEE:
        return
    announce(capacity.event_id, [relation.pk])
    if was in HOLDING_A_PLACE and relation.status not in HOLDING_A_PLACE:
        refresh(capacity)
        promote(capacity, actor=actor)


def promote(capacity: EventCapacity, *, actor: User | None) -> int:
    """Give the seats that are free to the head of the queue, or offer them, and return how many.

    The caller holds the lock on ``capacity``, which is as the database has it, before and after.
    """
    event = capacity.event
    if not capacity.waiting or event.status != EventStatus.ACTIVE or event.is_over():
        return 0
    free = capacity.waiting if event.max_capacity is None else event.max_capacity - capacity.taken
    if free <= 0:
        return 0
    head = list(UserEventRelation.objects.filter(event=event).waiting().values_list("pk", flat=True)[:free])
    expires = offer_ends(event)
    reason = "offered: a place became free" if expires else "promoted: a place became free"
    change_many(
        capacity, head, Status.OFFERED if expires else Status.CONFIRMED, expires=expires, actor=actor, reason=reason
    )
    return len(head)


def settle_queue(capacity: EventCapacity, *, actor: User | None = None) -> None:
    """Give the places of offers that ended, and those that are free for any other reason, to who waits."""
    if capacity.event.offer_minutes is not None:
        expire_due(capacity)
    promote(capacity, actor=actor)


def expire_due(capacity: EventCapacity) -> int:
    """End the offers that nobody accepted in time, offer their seats to the next, and return how many ended."""
    now = clock.now()
    due = UserEventRelation.objects.filter(event=capacity.event_id).offers_due(now).order_by("seq")
    ended = list(due.values_list("pk", flat=True))
    if ended:
        change_many(capacity, ended, Status.EXPIRED, actor=None, reason="expired: the offer was not accepted in time")
        promote(capacity, actor=None)
    return len(ended)


def change_many(
    capacity: EventCapacity,
    keys: Sequence[UUID],
    status: str,
    *,
    actor: User | None,
    reason: str,
    expires: datetime | None = None,
) -> None:
    """Give attendees of one event the same status in one statement, announce it, and read the seats again."""
    changes: dict[str, object] = {"status": status} | ({"offer_expires_at": expires} if expires else {})
    with stated(actor=actor, reason=reason):
        UserEventRelation.objects.filter(pk__in=keys).update(**changes)
    refresh(capacity)
    announce(capacity.event_id, keys)


def offer_ends(event: Event) -> datetime | None:
    """Return until when an offer made now can be accepted: the start at the latest. None: places are given at once."""
    now = clock.now()
    if event.offer_minutes is None or event.start_at <= now:
        return None
    return min(now + timedelta(minutes=event.offer_minutes), event.start_at)


def end_offers_by_the_start(capacity: EventCapacity) -> None:
    """Let no offer last beyond the start of an event that was moved; what is due then, goes to the next."""
    start = capacity.event.start_at
    offers = UserEventRelation.objects.filter(event=capacity.event_id, status=Status.OFFERED)
    if offers.filter(offer_expires_at__gt=start).update(offer_expires_at=start):
        expire_due(capacity)


def refresh(capacity: EventCapacity) -> None:
    """Read again what the triggers wrote."""
    capacity.refresh_from_db(fields=["taken", "waiting"])


def announce(event_id: UUID, relation_ids: Sequence[UUID]) -> None:
    """Tell the apps above what the ledger's last lines of these relations say."""
    registrations_changed.send(UserEventRelation, event_id=event_id, relation_ids=list(relation_ids))
