"""Whether an event takes somebody: by the table of transitions, then by its seats. Under the lock on its capacity."""

from datetime import datetime
from zoneinfo import ZoneInfo

from django.utils.translation import gettext as _

from api.exceptions import Conflict
from events.models import Event
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE
from relations.transitions import DOORS_OPEN, OPEN, EventState, Refusal, refusal, state_of


def admitted_status(capacity: EventCapacity) -> str:
    """Return what somebody becomes who is let in now. Raises ``Conflict`` for a full event without a waitlist."""
    if capacity.has_room() or state_of(capacity.event) not in OPEN:
        return Status.CONFIRMED
    if capacity.event.waitlist_enabled:
        return Status.WAITLISTED
    raise Conflict(_("“%(event)s” is full and keeps no waitlist.") % {"event": capacity.event}, "full")


def takes_newcomers(event: Event) -> bool:
    """Tell whether somebody who registers now is not refused; read without the lock, so for pages alone."""
    if state_of(event) not in OPEN:
        return False
    return event.requires_approval or event.waitlist_enabled or event.capacity.has_room()


def refuse_unfit(capacity: EventCapacity, relation: UserEventRelation, was: str) -> None:
    """Raise ``Conflict`` unless ``relation``, which ``was`` something else, may become what it is now."""
    state = state_of(capacity.event)
    refused = refusal(role=relation.role, was=was, status=relation.status, state=state)
    said = _said_of(refused, relation) if refused else _said_of_seats(capacity, relation, was, state)
    if said:
        words = {
            "event": capacity.event,
            "status": capacity.event.get_status_display(),
            "was": Status(was).label if was else "",
            "wanted": relation.get_status_display(),
            "opens": _moment(capacity.event.start_at - DOORS_OPEN, capacity.event.timezone),
        }
        raise Conflict(said % words, _code_of(refused, capacity.event, relation))


def _code_of(refused: Refusal | None, event: Event, relation: UserEventRelation) -> str:
    """Return the kind of a refusal, which of an event that takes nobody is its status, such as ``draft``."""
    if refused is None:
        return "no_queue" if relation.status == Status.WAITLISTED else "full"
    return event.status if refused == Refusal.CLOSED else refused.value


def _moment(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M} ({zone})"


def _said_of(refused: Refusal, relation: UserEventRelation) -> str:
    if refused == Refusal.NOT_BEGUN and relation.status == Status.ATTENDED:
        return _("“%(event)s” has not begun: check-in opens on %(opens)s.")
    return {
        Refusal.IMPOSSIBLE: _(
            "Who is %(was)s in “%(event)s” cannot become %(wanted)s. End that relation first, and add it anew."
        ),
        Refusal.CLOSED: _("“%(event)s” is %(status)s and takes nobody."),
        Refusal.NOT_BEGUN: _("“%(event)s” has not begun: nobody has attended or missed it."),
        Refusal.OVER: _("“%(event)s” is over; only who attended or missed it can be added."),
    }[refused]


def _said_of_seats(capacity: EventCapacity, relation: UserEventRelation, was: str, state: EventState) -> str:
    """Return what is wrong about the seats; what was at an event that is over is written whatever they are."""
    if relation.role != Role.ATTENDEE or state == EventState.OVER:
        return ""
    if relation.status == Status.WAITLISTED and (capacity.has_room() or not capacity.event.waitlist_enabled):
        return _("“%(event)s” has room or keeps no waitlist: leave the status out.")
    takes_a_seat = relation.status in HOLDING_A_PLACE and was not in HOLDING_A_PLACE
    if takes_a_seat and not capacity.has_room():
        return _("“%(event)s” is full: leave the status out to be queued.")
    return ""
