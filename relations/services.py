"""How relations begin and end: under the event's lock, with a reason for the ledger.

Lock order: the event's capacity, then (in the triggers) counts by person. Seats and counts belong to the triggers.
"""

from collections.abc import Iterable
from uuid import UUID

from api.transactions import locking
from events.models import Event, EventStatus
from relations.admission import refuse_unfit, status_for_newcomer
from relations.ledger import stated
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE, LIVE
from relations.transitions import NEW
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
    """Give ``user`` a part in ``event`` and return it, and whether it is new (or was cancelled, for owner and host).

    Without a ``status`` an attendee is confirmed, or waitlisted behind those who wait; one who is in already stays
    as they are. With one, who is in already becomes that. Raises ``Conflict`` where the table of transitions or the
    seats forbid it, and ``ValidationError`` for a status that the role cannot have and for a second owner.
    """
    capacity = lock_capacity(event.pk)
    promote(capacity, actor=None)
    relation = _existing(user, event, role, status)
    was = relation.status if relation else NEW
    if relation is None:
        relation = UserEventRelation(user=user, event=capacity.event, role=role, seq=capacity.next_seq)
        relation.status = status or status_for_newcomer(capacity, role)
    elif status or was == Status.CANCELLED:
        relation.status = status or Status.CONFIRMED
    if relation.status != was:
        relation.full_clean(exclude={"seq"})  # given out under the lock
        _store(capacity, relation, was, actor=actor, reason=reason)
    return relation, relation.status != was and was in {NEW, Status.CANCELLED}


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
    was, relation.status = relation.status, Status.CANCELLED
    _store(capacity, relation, was, actor=actor, reason=reason)
    return relation


def promote(capacity: EventCapacity, *, actor: User | None) -> int:
    """Confirm those at the head of the queue for whom there is room, and return how many.

    The caller holds the lock on ``capacity``, which is as the database has it, before and after.
    """
    event = capacity.event
    if not capacity.waiting or event.status != EventStatus.ACTIVE or event.is_over():
        return 0
    free = capacity.waiting if event.max_capacity is None else event.max_capacity - capacity.taken
    if free <= 0:
        return 0
    head = UserEventRelation.objects.filter(event=event).waiting()[:free]
    with stated(actor=actor, reason="promoted: a place became free"):
        promoted = UserEventRelation.objects.filter(pk__in=head.values("pk")).update(status=Status.CONFIRMED)
    capacity.refresh_from_db(fields=["taken", "waiting"])
    return promoted


def _existing(user: User, event: Event, role: str, status: str | None) -> UserEventRelation | None:
    """Return the relation that is meant: an attendee's live one, else the latest that ended in this very status."""
    relations = UserEventRelation.objects.filter(user=user, event=event, role=role).order_by("-seq")
    if role != Role.ATTENDEE:
        return relations.first()
    return relations.live().first() or (relations.filter(status=status).first() if status else None)


def _store(capacity: EventCapacity, relation: UserEventRelation, was: str, *, actor: User | None, reason: str) -> None:
    """Write what ``relation`` becomes, and give a seat that it leaves to the head of the queue."""
    refuse_unfit(capacity, relation, was)
    with stated(actor=actor, reason=reason):
        if was == NEW:
            capacity.next_seq += 1
            capacity.save(update_fields=["next_seq"])
            relation.save(force_insert=True)
        else:
            relation.save(update_fields=["status"])
    if relation.role == Role.ATTENDEE and was in HOLDING_A_PLACE and relation.status not in HOLDING_A_PLACE:
        capacity.refresh_from_db(fields=["taken", "waiting"])
        promote(capacity, actor=actor)
