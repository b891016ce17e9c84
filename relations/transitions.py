"""The one table of what a relation may become: role, from status, to status, and the states of the event that allow it.

The services ask it row by row, the import by SQL that is made of it.
"""

from datetime import timedelta
from enum import StrEnum

from django.utils import timezone as clock

from events.models import Event, EventStatus
from relations.models import Role, Status

# How long before its start an event has its doors open.
DOORS_OPEN = timedelta(hours=12)
NEW = ""  # the status of a relation that is not there yet, as in the ledger


class EventState(StrEnum):
    """What an event is to those who take part; CLOSED was called off, or closed before it began.

    DOORS: it begins within ``DOORS_OPEN``, and whoever comes early is checked in.
    """

    DRAFT = "draft"
    CLOSED = "closed"
    TO_COME = "to_come"
    DOORS = "doors"
    RUNNING = "running"
    OVER = "over"


class Refusal(StrEnum):
    """Why a relation cannot become what is asked for."""

    IMPOSSIBLE = "impossible"
    CLOSED = "closed"
    NOT_BEGUN = "not_begun"
    OVER = "over"


Targets = dict[str, frozenset[EventState]]

_ALWAYS = frozenset(EventState)
_ONCE_PUBLISHED = _ALWAYS - {EventState.DRAFT}
# In which an event takes people.
OPEN = frozenset({EventState.TO_COME, EventState.DOORS, EventState.RUNNING})
_BEGUN = frozenset({EventState.RUNNING, EventState.OVER})
_DOORS_OPEN = _BEGUN | {EventState.DOORS}

_OUTCOMES: Targets = {Status.ATTENDED: _DOORS_OPEN, Status.NO_SHOW: _BEGUN}
_ENDS: Targets = {Status.DECLINED: _ALWAYS, Status.EXPIRED: _ALWAYS, Status.CANCELLED: _ALWAYS}
_STAFF: Targets = {Status.CONFIRMED: _ALWAYS, Status.ATTENDED: _DOORS_OPEN, Status.CANCELLED: _ALWAYS}


def _onwards(*stages: str) -> Targets:
    return dict.fromkeys(stages, OPEN) | _OUTCOMES | _ENDS


# Steps may be skipped: whoever waited elsewhere may have attended since. An ended registration stays as it is.
_ATTENDEE: dict[str, Targets] = {
    NEW: _onwards(Status.PENDING, Status.WAITLISTED, Status.OFFERED, Status.CONFIRMED)
    | {Status.DECLINED: _ONCE_PUBLISHED, Status.EXPIRED: _ONCE_PUBLISHED},
    Status.PENDING: _onwards(Status.WAITLISTED, Status.OFFERED, Status.CONFIRMED),
    Status.WAITLISTED: _onwards(Status.OFFERED, Status.CONFIRMED),
    Status.OFFERED: _onwards(Status.CONFIRMED),
    Status.CONFIRMED: _OUTCOMES | {Status.CANCELLED: _ALWAYS},
    Status.ATTENDED: {Status.CONFIRMED: OPEN, Status.NO_SHOW: _BEGUN, Status.CANCELLED: _ALWAYS},
}
_LEADER: dict[str, Targets] = dict.fromkeys((NEW, Status.CONFIRMED, Status.ATTENDED, Status.CANCELLED), _STAFF)
TABLE: dict[str, dict[str, Targets]] = {Role.OWNER: _LEADER, Role.HOST: _LEADER, Role.ATTENDEE: _ATTENDEE}

REFUSED_IN = {
    EventState.DRAFT: Refusal.CLOSED,
    EventState.CLOSED: Refusal.CLOSED,
    EventState.TO_COME: Refusal.NOT_BEGUN,
    EventState.DOORS: Refusal.NOT_BEGUN,
    EventState.OVER: Refusal.OVER,
}
_STAGES = (Status.PENDING, Status.WAITLISTED, Status.OFFERED, Status.CONFIRMED, Status.ATTENDED)


def state_of(event: Event) -> EventState:
    """Return the state of ``event`` now; ``STATE_SQL`` says the same of the row ``e``."""
    if event.status == EventStatus.DRAFT:
        return EventState.DRAFT
    if event.status == EventStatus.CANCELLED:
        return EventState.CLOSED
    ahead = event.start_at - clock.now()
    if ahead > timedelta():
        if event.status == EventStatus.COMPLETED:
            return EventState.CLOSED
        return EventState.DOORS if ahead <= DOORS_OPEN else EventState.TO_COME
    return EventState.OVER if event.status == EventStatus.COMPLETED or event.is_over() else EventState.RUNNING


STATE_SQL = f"""
    CASE WHEN e.status = 'draft' THEN 'draft'
         WHEN e.status = 'cancelled' THEN 'closed'
         WHEN e.start_at > now() THEN
             CASE WHEN e.status = 'completed' THEN 'closed'
                  WHEN e.start_at <= now() + interval '{DOORS_OPEN.total_seconds():.0f} seconds' THEN 'doors'
                  ELSE 'to_come' END
         WHEN e.status = 'completed' OR COALESCE(e.end_at, e.start_at) < now() THEN 'over'
         ELSE 'running' END
"""


def refusal(*, role: str, was: str, status: str, state: EventState) -> Refusal | None:
    """Return why a relation that ``was`` one thing (``NEW``: not there) cannot become another, None if it can."""
    states = TABLE[role].get(was, {}).get(status)
    if states is None:
        return Refusal.IMPOSSIBLE
    return None if state in states else REFUSED_IN[state]


def allowed() -> list[tuple[str, str, str, str]]:
    """Return the table as rows of role, from status, to status and state of the event."""
    return [
        (role, was, status, state)
        for role, starts in TABLE.items()
        for was, targets in starts.items()
        for status, states in targets.items()
        for state in sorted(states)
    ]


def passed_stages() -> list[tuple[str, str]]:
    """Return pairs of what an attendee is and a stage before it, to which nobody goes back."""
    return [
        (now, before) for place, now in enumerate(_STAGES) for before in _STAGES[:place] if before not in _ATTENDEE[now]
    ]
