"""How events end for those who registered: cancelled or completed at once, and everybody told in portions.

The event's status changes under the lock on its capacity, and from then on it takes nobody. Its attendees follow in
portions, each a transaction of its own: a ``Settlement`` stays until all are done, whoever is killed meanwhile.
"""

from uuid import UUID

from api.transactions import locking
from events.models import Event, EventStatus
from events.services import update_event
from relations.doorbell import ring_to_settle
from relations.models import EventCapacity, Role, Settlement, Status, UserEventRelation
from relations.seats import change_many, lock_capacity
from relations.sweeps import for_each_event
from relations.transitions import EventState, state_of
from users.models import User

PORTION = 500
CANCELLED = "the event was cancelled"
COMPLETED = "the event was completed"
NEVER_ADMITTED = "the event ended before a place became free"
NOT_APPROVED = "the event ended before the registration was approved"


@locking
def cancel_event(*, event: Event, actor: User | None, reason: str = "") -> Event:
    """Call an event off, and release everybody who registered. Cancelling twice is cancelling once."""
    return update_event(event=event, changes={"status": EventStatus.CANCELLED}, actor=actor, reason=reason)


@locking
def complete_event(*, event: Event, actor: User | None, reason: str = "", outcome: str | None = None) -> Event:
    """Close an event that has begun, and settle who came. Completing twice is completing once.

    ``outcome`` is what those become who are confirmed and not checked in: attended or no_show; None: no_show where
    check-in was used, else attended. Raises ``Conflict`` for an event that has not begun.
    """
    completed = update_event(event=event, changes={"status": EventStatus.COMPLETED}, actor=actor, reason=reason)
    capacity = lock_capacity(event.pk)
    unsettled = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).live().exclude(status=Status.ATTENDED)
    if unsettled.exists() and not Settlement.objects.filter(event=event).exists():
        begin_settling(capacity, actor=actor, reason=reason)  # an import said that it is completed
    if outcome is not None:
        Settlement.objects.filter(event=event).update(outcome=outcome)
    return completed


def begin_settling(capacity: EventCapacity, *, actor: User | None, reason: str) -> None:
    """Note that the attendees of an event that was just closed are to be settled; the lock on ``capacity`` is held."""
    event = capacity.event
    attendees = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE)
    checked_in = attendees.filter(status=Status.ATTENDED).exists()
    Settlement.objects.update_or_create(
        event=event,
        defaults={
            "actor": actor,
            "reason": reason or (CANCELLED if event.status == EventStatus.CANCELLED else COMPLETED),
            "outcome": Status.NO_SHOW if checked_in else Status.ATTENDED,
        },
    )
    ring_to_settle()


def settle_all() -> int:
    """Settle every event that was closed, and return how many attendees that were."""
    return for_each_event(Settlement.objects.values_list("event", flat=True), settle)


def settle(event_id: UUID) -> int:
    """Tell all attendees of a closed event what became of them, and return how many they were."""
    settled = 0
    while portion := _settle_portion(event_id):
        settled += portion
    return settled


@locking
def _settle_portion(event_id: UUID) -> int:
    """Settle the next portion; without one the settlement is over. An event that is active again is left alone."""
    capacity = lock_capacity(event_id)
    settlement = Settlement.objects.select_related("actor").filter(event=event_id).first()
    if settlement is None:
        return 0
    for was, (becomes, reason) in _endings(capacity.event, settlement).items():
        rows = UserEventRelation.objects.filter(event=event_id, role=Role.ATTENDEE, status=was).order_by("seq")
        keys = list(rows.values_list("pk", flat=True)[:PORTION])
        if keys:
            change_many(capacity, keys, becomes, actor=settlement.actor, reason=reason)
            return len(keys)
    settlement.delete()
    return 0


def _endings(event: Event, settlement: Settlement) -> dict[str, tuple[str, str]]:
    """Return what each status becomes, and why; nothing for an event that is not closed."""
    state = state_of(event)
    if event.status == EventStatus.COMPLETED and state == EventState.OVER:
        return {
            Status.CONFIRMED: (settlement.outcome, settlement.reason),
            Status.OFFERED: (Status.EXPIRED, NEVER_ADMITTED),
            Status.WAITLISTED: (Status.CANCELLED, NEVER_ADMITTED),
            Status.PENDING: (Status.CANCELLED, NOT_APPROVED),
        }
    if state == EventState.CLOSED:
        released = (Status.CONFIRMED, Status.OFFERED, Status.WAITLISTED, Status.PENDING)
        return dict.fromkeys(released, (Status.CANCELLED, settlement.reason))
    return {}
