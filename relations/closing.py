"""How events end for those who registered: cancelled or completed at once, and everybody told in portions.

The event's status changes under the lock on its capacity, and from then on it takes nobody. Its attendees follow in
portions, each a transaction of its own: a ``Settlement`` stays until all are done, whoever is killed meanwhile.
"""

from collections.abc import Sequence
from uuid import UUID

from django.db.models import Exists, OuterRef
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from events.models import Event, EventStatus
from events.services import update_event
from relations.doorbell import ring_to_settle
from relations.models import Role, Settlement, Status, UserEventRelation
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
    lock_capacity(event.pk)
    unsettled = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).live().exclude(status=Status.ATTENDED)
    if unsettled.exists() and not Settlement.objects.filter(event=event).exists():
        begin_settling([completed], actor=actor, reason=reason)  # an import said that it is completed
    if outcome is not None:
        Settlement.objects.filter(event=event).update(outcome=outcome)
    return completed


def begin_settling(events: Sequence[Event], *, actor: User | None, reason: str) -> None:
    """Note that the attendees of events that were just closed are to be settled; the locks on their seats are held.

    Two queries, however many they are.
    """
    attended = UserEventRelation.objects.filter(event=OuterRef("pk"), role=Role.ATTENDEE, status=Status.ATTENDED)
    used_check_in = Event.objects.filter(Exists(attended), pk__in=[event.pk for event in events])
    checked_in = set(used_check_in.values_list("pk", flat=True))
    Settlement.objects.bulk_create(
        [
            Settlement(
                event=event,
                actor=actor,
                reason=reason or (CANCELLED if event.status == EventStatus.CANCELLED else COMPLETED),
                outcome=outcome_for(checked_in=event.pk in checked_in),
            )
            for event in events
        ],
        update_conflicts=True,
        unique_fields=["event"],
        update_fields=["actor", "reason", "outcome"],
    )
    ring_to_settle()


def outcome_for(*, checked_in: bool) -> str:
    """Return what those become who are confirmed: no-shows where anybody was checked in, else taken to have come."""
    return Status.NO_SHOW if checked_in else Status.ATTENDED


def refuse_while_settling(event: Event) -> None:
    """Raise ``Conflict`` while attendees of an event that was closed are still to be settled; its lock is held."""
    if not Settlement.objects.filter(event=event).exists():
        return
    attendees = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE)
    left = attendees.live().exclude(status=Status.ATTENDED).count()
    raise Conflict(
        _("“%(event)s” is %(status)s, and %(left)s of its registrations are still to end. Try again in a minute.")
        % {"event": event, "status": event.get_status_display(), "left": left},
        "settling",
    )


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
    """Settle the next portion; without one the settlement is over.

    An event that is active again, which an import alone can do meanwhile, is left alone.
    """
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
