"""The figures of one event."""

from dataclasses import dataclass

from django.db.models import Count

from events.models import Event
from relations.insights.course import course_of
from relations.insights.journeys import Cancellations, Waitlist
from relations.insights.newcomers import Newcomers, newcomers_of
from relations.insights.overbooking import RISK, Overbooking, overbooking_of
from relations.insights.timelines import Timeline
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.transitions import EventState, state_of


@dataclass(frozen=True, slots=True)
class ShowRate:
    """How many came of the ``n`` of whom it is known; no ``rate`` while the event is not over or nobody is."""

    rate: float | None
    attended: int
    n: int


@dataclass(frozen=True, slots=True)
class EventStatistics:
    """The figures of one event. ``free`` and ``capacity`` are None for an event without a limit."""

    capacity: int | None
    taken: int
    free: int | None
    over: int
    waiting: int
    by_status: dict[str, int]
    timeline: Timeline
    show_rate: ShowRate
    newcomers: Newcomers
    waitlist: Waitlist
    cancellations: Cancellations
    overbooking: Overbooking | None

    @property
    def waiting_still(self) -> int:
        """How many of those who ever waited may still get in: they wait, or hold an offer."""
        most = self.waitlist.waitlisted - self.waitlist.admitted
        return min(most, self.by_status[Status.WAITLISTED] + self.by_status[Status.OFFERED])


def event_statistics(event: Event, *, risk: float = RISK) -> EventStatistics:
    """Count what there is to say of ``event``, each by one pass at most over its registrations.

    Five queries (of a large event, three while nothing changes), one more where it was called off, and three to suggest
    overbooking: ``risk`` is how probable it may be that more people come than there are seats.
    """
    seats = EventCapacity.objects.get(event=event)
    by_status = statuses_of(event)
    course = course_of(event, seats, by_status)
    room = None if event.max_capacity is None else event.max_capacity - seats.taken
    return EventStatistics(
        capacity=event.max_capacity,
        taken=seats.taken,
        free=None if room is None else max(0, room),
        over=0 if room is None else max(0, -room),
        waiting=seats.waiting,
        by_status=by_status,
        timeline=course.timeline,
        show_rate=_show_rate(event, by_status),
        newcomers=newcomers_of(event, by_status),
        waitlist=course.waitlist,
        cancellations=course.cancellations,
        overbooking=overbooking_of(event, risk),
    )


def statuses_of(event: Event) -> dict[str, int]:
    """Return how many registrations have each status, those that nobody has too. By an index alone."""
    rows = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).order_by()
    found = dict(rows.values_list("status").annotate(Count("pk")))
    return {str(status): found.get(str(status), 0) for status in Status}


def _show_rate(event: Event, by_status: dict[str, int]) -> ShowRate:
    came, n = by_status[Status.ATTENDED], by_status[Status.ATTENDED] + by_status[Status.NO_SHOW]
    is_settled = n > 0 and state_of(event) == EventState.OVER
    return ShowRate(rate=came / n if is_settled else None, attended=came, n=n)
