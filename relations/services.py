"""How relations begin and end, whatever their role. What else attendees go through is in ``relations.registration``."""

from collections.abc import Iterable

from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from events.models import Event
from relations.ledger import stated
from relations.models import Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.registration import register
from relations.rights import leads
from relations.seats import lock_capacity, reread, settle_queue, store
from relations.transitions import NEW
from users.models import User


def add_relation(
    *, user: User, event: Event, role: str, status: str | None = None, actor: User | None, reason: str
) -> tuple[UserEventRelation, bool]:
    """Give ``user`` a part in ``event`` and return it, and whether it is new (or was cancelled, for owner and host).

    Without a ``status`` an attendee is registered by the rules, and one who is in already stays as they are. With one,
    who is in already becomes that. Raises ``Conflict`` where the table of transitions or the seats forbid it, and
    ``ValidationError`` for a status that the role cannot have and for a second owner.
    """
    if role == Role.ATTENDEE and status is None:
        return register(user=user, event=event, actor=actor, reason=reason)
    return _become(user=user, event=event, role=role, status=status, actor=actor, reason=reason)


@locking
def _become(
    *, user: User, event: Event, role: str, status: str | None, actor: User | None, reason: str
) -> tuple[UserEventRelation, bool]:
    capacity = lock_capacity(event.pk)
    settle_queue(capacity)
    relation = _existing(user, event, role, status)
    was = relation.status if relation else NEW
    if relation is None:
        relation = UserEventRelation(user=user, event=capacity.event, role=role, seq=capacity.next_seq)
    if status or was in {NEW, Status.CANCELLED}:
        relation.status = status or Status.CONFIRMED
    if relation.status != was:
        relation.full_clean(exclude={"seq"})  # given out under the lock
        store(capacity, relation, was, actor=actor, reason=reason)
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
    with stated(actor=actor, reason=reason):
        UserEventRelation.objects.bulk_create(made)


@locking
def end_relation(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Cancel a relation and give a freed seat to the head of the queue. Ending twice is ending once.

    Raises ``Conflict`` where ``actor`` was checked in meanwhile and does not lead the event.
    """
    capacity = lock_capacity(relation.event_id)
    relation = reread(relation)
    if relation.status not in LIVE:
        return relation
    if relation.status == Status.ATTENDED and actor is not None and not leads(actor, capacity.event):
        raise Conflict(_("Who has attended cannot cancel. Ask those who lead the event."), "attended")
    was, relation.status = relation.status, Status.CANCELLED
    store(capacity, relation, was, actor=actor, reason=reason)
    return relation


def _existing(user: User, event: Event, role: str, status: str | None) -> UserEventRelation | None:
    """Return the relation that is meant: an attendee's live one, else the latest that ended in this very status."""
    relations = UserEventRelation.objects.filter(user=user, event=event, role=role).order_by("-seq")
    if role != Role.ATTENDEE:
        return relations.first()
    return relations.live().first() or relations.filter(status=status).first()
