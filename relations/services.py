"""How relations begin and end: under the event's lock, with a reason for the ledger.

Lock order: the event's capacity, then (in the triggers) people by id. Seats and counts belong to the triggers.
"""

from collections.abc import Iterable
from uuid import UUID

from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from events.models import Event, EventStatus
from relations.ledger import stated
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE, LIVE
from users.models import User


def lock_capacity(event_id: UUID) -> EventCapacity:
    """Lock and return the capacity of one event, with the event as it is now. Must run in a transaction."""
    capacity = EventCapacity.objects.select_for_update(no_key=True).get(event_id=event_id)
    capacity.event = Event.objects.get(pk=event_id)
    return capacity


@locking
def add_relation(
    *, user: User, event: Event, role: str, status: str | None = None, actor: User | None, reason: str
) -> tuple[UserEventRelation, bool]:
    """Give ``user`` a part in ``event`` and return it, and whether it is new.

    Without a ``status`` an attendee is confirmed, or waitlisted behind those who wait; one who is in already stays
    as they are. Raises ``Conflict`` where the event takes nobody.
    """
    capacity = lock_capacity(event.pk)
    existing = _existing(user, event, role)
    if existing and (role == Role.ATTENDEE or existing.status != Status.CANCELLED):
        return existing, False
    chosen = status or _status_for_newcomer(capacity, role)
    _refuse_unfit(capacity, role, chosen)
    with stated(actor=actor, reason=reason):
        if existing:
            existing.status = chosen
            existing.save(update_fields=["status"])
            return existing, True
        return _insert(capacity, user, role, chosen), True


@locking
def add_leaders(*, event: Event, users: Iterable[User], role: str, actor: User | None, reason: str) -> None:
    """Give each of ``users``, who have no part in ``event`` in this ``role`` yet, the part of owner or host.

    Locks the capacity; a handful of statements, however many they are.
    """
    capacity = lock_capacity(event.pk)
    made = [
        UserEventRelation(user=user, event=event, role=role, status=Status.CONFIRMED, seq=seq)
        for seq, user in enumerate(users, capacity.next_seq)
    ]
    if not made:
        return
    capacity.next_seq += len(made)
    capacity.save(update_fields=["next_seq"])
    with stated(actor=actor, reason=reason):
        UserEventRelation.objects.bulk_create(made)


@locking
def end_relation(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Cancel a relation and give a freed seat to the head of the queue. Ending twice is ending once."""
    capacity = lock_capacity(relation.event_id)
    relation = UserEventRelation.objects.get(pk=relation.pk)
    if relation.status not in LIVE:
        return relation
    with stated(actor=actor, reason=reason):
        relation.status = Status.CANCELLED
        relation.save(update_fields=["status"])
    promote(capacity, actor=actor)
    return relation


def promote(capacity: EventCapacity, *, actor: User | None) -> list[UserEventRelation]:
    """Confirm those at the head of the queue for whom there is room. The caller holds the lock on ``capacity``."""
    capacity.refresh_from_db(fields=["taken", "waiting"])
    event = capacity.event
    if not capacity.waiting or event.status != EventStatus.ACTIVE or event.is_over():
        return []
    free = capacity.waiting if event.max_capacity is None else max(event.max_capacity - capacity.taken, 0)
    promoted = list(UserEventRelation.objects.filter(event=event).waiting()[:free])
    with stated(actor=actor, reason="promoted: a place became free"):
        for relation in promoted:
            relation.status = Status.CONFIRMED
        UserEventRelation.objects.bulk_update(promoted, ["status"])
    return promoted


def _existing(user: User, event: Event, role: str) -> UserEventRelation | None:
    relations = UserEventRelation.objects.filter(user=user, event=event, role=role)
    return (relations.live() if role == Role.ATTENDEE else relations).first()


def _status_for_newcomer(capacity: EventCapacity, role: str) -> str:
    if role != Role.ATTENDEE or capacity.has_room():
        return Status.CONFIRMED
    if capacity.event.waitlist_enabled:
        return Status.WAITLISTED
    raise Conflict(_("“%(event)s” is full and keeps no waitlist.") % {"event": capacity.event})


def _refuse_unfit(capacity: EventCapacity, role: str, status: str) -> None:
    """Raise ``Conflict`` unless an attendee may come in with ``status``; only what is over is written straight."""
    event = capacity.event
    if role != Role.ATTENDEE or status not in LIVE:
        return
    if event.status in {EventStatus.DRAFT, EventStatus.CANCELLED}:
        refusal = _("“%(event)s” is %(status)s and takes nobody.")
    elif status == Status.ATTENDED and event.start_at > clock.now():
        refusal = _("“%(event)s” has not begun: nobody has attended it.")
    elif event.is_over() or event.status == EventStatus.COMPLETED:
        refusal = "" if status == Status.ATTENDED else _("“%(event)s” is over; only who attended it can be added.")
    elif status == Status.WAITLISTED and (capacity.has_room() or not event.waitlist_enabled):
        refusal = _("“%(event)s” has room or keeps no waitlist: leave the status out.")
    elif status in HOLDING_A_PLACE and not capacity.has_room():
        refusal = _("“%(event)s” is full: leave the status out to be queued.")
    else:
        refusal = ""
    if refusal:
        raise Conflict(refusal % {"event": event, "status": event.get_status_display()})


def _insert(capacity: EventCapacity, user: User, role: str, status: str) -> UserEventRelation:
    relation = UserEventRelation(user=user, event=capacity.event, role=role, status=status, seq=capacity.next_seq)
    relation.full_clean()
    capacity.next_seq += 1
    capacity.save(update_fields=["next_seq"])
    relation.save(force_insert=True)
    return relation
