"""The one place where seats are given and taken: under the lock on the event's capacity, with a reason for the ledger.

Lock order: the event's capacity, then (in the triggers) counts by person. Seats and counts belong to the triggers.
"""

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from django.db import connection
from django.db.transaction import TransactionManagementError
from django.utils import timezone as clock

from api.statements import Rows, Statement, columns, instances, send
from api.transactions import bounding
from events.models import Event, EventStatus
from relations.admission import refuse_unfit
from relations.ledger import insert_stated, stated
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE
from relations.signals import registrations_changed
from relations.transitions import NEW
from users.models import User

_LOCK = f"SELECT {columns(EventCapacity)} FROM relations_eventcapacity WHERE event_id = %s FOR NO KEY UPDATE"  # noqa: S608  # our own names
_EVENT = f"SELECT {columns(Event)} FROM events_event WHERE id = %s"  # noqa: S608  # likewise
_OF_ONE = f"""
    SELECT {columns(UserEventRelation)} FROM relations_usereventrelation
     WHERE event_id = %s AND user_id = %s AND role = 'attendee' ORDER BY seq DESC
"""  # noqa: S608  # likewise


def lock_capacity(event_id: UUID) -> EventCapacity:
    """Lock and return the capacity of one event, with the event as it is now. Must run in a transaction.

    One way to the server and back. What is read after the lock is read by statements of their own, which see what the
    lock waited for; in one statement with the lock they would not.
    """
    return _locked(event_id)[0]


def lock_for(event_id: UUID, user_id: UUID) -> tuple[EventCapacity, list[UserEventRelation]]:
    """Lock as ``lock_capacity`` does; return the capacity, and the registrations of one person, the latest first."""
    capacity, found = _locked(event_id, (_OF_ONE, [event_id, user_id]))
    return capacity, instances(UserEventRelation, found)


def _locked(event_id: UUID, *then: Statement) -> tuple[EventCapacity, Rows]:
    if not connection.in_atomic_block:
        raise TransactionManagementError("A capacity is locked within a transaction.")
    _bounded, capacities, events, *found = send(bounding(), (_LOCK, [event_id]), (_EVENT, [event_id]), *then)
    if not capacities:
        raise EventCapacity.DoesNotExist
    capacity = instances(EventCapacity, capacities)[0]
    capacity.event = instances(Event, events)[0]
    return capacity, found[0] if found else []


def lock_capacities(event_ids: Iterable[UUID]) -> list[EventCapacity]:
    """Lock and return the capacities of events, in the order of these, as ``lock_capacity`` does one. Two queries."""
    wanted = EventCapacity.objects.filter(event__in=list(event_ids)).order_by("event_id")
    capacities = list(wanted.select_for_update(no_key=True))
    events = Event.objects.in_bulk([capacity.event_id for capacity in capacities])
    for capacity in capacities:
        capacity.event = events[capacity.event_id]
    return capacities


def reread(relation: UserEventRelation) -> UserEventRelation:
    """Return the relation as it is now, which the lock on its event's capacity keeps so."""
    return UserEventRelation.objects.select_related("user").get(pk=relation.pk)


def store(capacity: EventCapacity, relation: UserEventRelation, was: str, *, actor: User | None, reason: str) -> None:
    """Write what ``relation``, which ``was`` something else, becomes; a seat that it leaves goes to the queue's head.

    Raises ``Conflict`` where the table of transitions or the seats forbid it.
    """
    refuse_unfit(capacity, relation, was)
    if was == NEW:
        insert_stated(relation, actor=actor, reason=reason)
    else:
        with stated(actor=actor, reason=reason):
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


def settle_queue(capacity: EventCapacity, *, actor: User | None = None) -> int:
    """Give the places of offers that ended, and those that are free for any other reason, to who waits.

    Return 0 where nothing was to be done.
    """
    ended = expire_due(capacity) if capacity.event.offer_minutes is not None else 0
    return ended + promote(capacity, actor=actor)


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
