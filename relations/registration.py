"""What attendees go through, each step under the lock on the event's capacity and by the table of transitions.

Every step that was taken already is taken once: who registers twice is registered, who is scanned twice is checked in.
"""

from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking_first
from events.models import Event
from relations.admission import admitted_status
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.rights import leads
from relations.seats import expire_due, lock_capacity, lock_for, reread, settle_queue, store
from relations.transitions import NEW
from users.models import User


@locking_first
def register(*, user: User, event: Event, actor: User | None, reason: str) -> tuple[UserEventRelation, bool]:
    """Register ``user`` and return the registration, and whether it is new; one who is in already stays as they are.

    They become confirmed, or waitlisted behind those who wait, or pending where the event wants approval and ``actor``
    (None: the system) may not give it. Raises ``Conflict`` when full without a waitlist, when the event takes nobody,
    and for who was declined and comes back by themselves.
    """
    capacity, earlier = lock_for(event.pk, user.pk)
    if settle_queue(capacity):  # what they are may have been among it
        capacity, earlier = lock_for(event.pk, user.pk)
    for one in earlier:
        if one.status in LIVE:
            return one, False
    relation = UserEventRelation(user=user, event=capacity.event, role=Role.ATTENDEE, seq=capacity.next_seq)
    relation.status = _status_for(capacity, actor, declined=bool(earlier) and earlier[0].status == Status.DECLINED)
    store(capacity, relation, NEW, actor=actor, reason=reason)
    return relation, True


def _status_for(capacity: EventCapacity, actor: User | None, *, declined: bool) -> str:
    needs_a_leader = declined or capacity.event.requires_approval
    if not needs_a_leader or actor is None or leads(actor, capacity.event):
        return admitted_status(capacity)
    if declined:
        raise Conflict(
            _("“%(event)s” declined this registration. Ask those who lead it to register you.")
            % {"event": capacity.event},
            "declined",
        )
    return Status.PENDING


@locking_first
def approve(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Let in who waits for approval: confirmed, or waitlisted by when they registered. Twice is once.

    Raises ``Conflict`` for who is in the queue without having waited for approval, and for who is not in any more.
    """
    capacity = lock_capacity(relation.event_id)
    settle_queue(capacity)
    relation = reread(relation)
    if relation.status == Status.PENDING:
        relation.status = admitted_status(capacity)
        store(capacity, relation, Status.PENDING, actor=actor, reason=reason)
    elif relation.status not in (Status.CONFIRMED, Status.WAITLISTED, Status.OFFERED, Status.ATTENDED):
        raise Conflict(_not_any_more(relation))
    elif relation.status == Status.WAITLISTED and not _was_pending(relation):
        said = _("%(person)s is on the waitlist, which asks for no approval: who came first has the next free place.")
        raise Conflict(said % {"person": relation.user}, relation.status)
    return relation


@locking_first
def decline(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Decline who waits for approval, or turn down an offer. Declining twice is declining once."""
    capacity = lock_capacity(relation.event_id)
    relation = reread(relation)
    becomes = {Status.PENDING: Status.DECLINED, Status.OFFERED: Status.CANCELLED}.get(Status(relation.status))
    if becomes is not None:
        was, relation.status = relation.status, becomes
        store(capacity, relation, was, actor=actor, reason=reason)
    elif relation.status not in (Status.DECLINED, Status.CANCELLED):
        raise Conflict(
            _("Who is %(status)s was neither asking for approval nor offered a place. Cancel the registration instead.")
            % {"status": relation.get_status_display()}
        )
    return relation


def accept(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Take the place that was offered. Accepting twice is accepting once.

    Raises ``Conflict`` where there is no offer, and where it has ended: then it is over, and the next has its place.
    """
    relation = _accept(relation=relation, actor=actor, reason=reason)
    if relation.status in (Status.CONFIRMED, Status.ATTENDED):
        return relation
    if relation.status == Status.EXPIRED:
        raise Conflict(
            _("The offer has ended, and the place went to the next in the queue. Register again to join its end."),
            "offer_expired",
        )
    raise Conflict(_("There is no offer: this registration is %s.") % relation.get_status_display())


@locking_first
def _accept(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    capacity = lock_capacity(relation.event_id)
    expire_due(capacity)
    relation = reread(relation)
    if relation.status == Status.OFFERED:
        relation.status = Status.CONFIRMED
        store(capacity, relation, Status.OFFERED, actor=actor, reason=reason)
    return relation


@locking_first
def check_in(*, relation: UserEventRelation, actor: User | None, reason: str) -> tuple[UserEventRelation, bool]:
    """Record that somebody with a place has come; return the registration, and whether this is news.

    Raises ``Conflict`` for who has no place, and before the doors open.
    """
    capacity = lock_capacity(relation.event_id)
    expire_due(capacity)
    relation = reread(relation)
    if relation.status == Status.ATTENDED:
        return relation, False
    if relation.status not in (Status.CONFIRMED, Status.OFFERED):
        raise Conflict(_without_place(relation), relation.status)
    was, relation.status = relation.status, Status.ATTENDED
    store(capacity, relation, was, actor=actor, reason=reason)
    return relation, True


@locking_first
def undo_check_in(*, relation: UserEventRelation, actor: User | None, reason: str) -> UserEventRelation:
    """Take back a check-in. Raises ``Conflict`` for who is not confirmed, and once the event is over."""
    capacity = lock_capacity(relation.event_id)
    relation = reread(relation)
    if relation.status == Status.ATTENDED:
        relation.status = Status.CONFIRMED
        store(capacity, relation, Status.ATTENDED, actor=actor, reason=reason)
    elif relation.status != Status.CONFIRMED:
        raise Conflict(_not_any_more(relation))
    return relation


def _was_pending(relation: UserEventRelation) -> bool:
    return relation.transitions.filter(from_status=Status.PENDING).exists()


def _without_place(relation: UserEventRelation) -> str:
    return {
        Status.WAITLISTED: _("%(person)s is on the waitlist and has no place."),
        Status.PENDING: _("%(person)s waits for approval and has no place. Approve them first."),
    }.get(Status(relation.status), _("%(person)s has no place any more (%(status)s). Register them first.")) % {
        "person": relation.user,
        "status": relation.get_status_display(),
    }


def _not_any_more(relation: UserEventRelation) -> str:
    return _("This registration is %(status)s. Register the person anew.") % {"status": relation.get_status_display()}
