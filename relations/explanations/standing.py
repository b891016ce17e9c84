"""How a registration stands at this moment, and what keeps it there."""

from dataclasses import dataclass

from django.db.models import Count, Min
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event, EventStatus
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.queue import places_in_queues
from relations.schedule import moment


@dataclass(frozen=True)
class Standing:
    """A status with its cause: ``code`` names it for programs, ``text`` says it.

    ``queue_position`` counts from 1 and is None for who does not wait.
    """

    status: str
    code: str
    text: str
    queue_position: int | None
    taken: int
    waiting: int
    max_capacity: int | None
    over_by: int


def standing_of(relation: UserEventRelation) -> Standing:
    """Return how ``relation`` stands, read anew. At most four queries."""
    relation = UserEventRelation.objects.only("event", "status", "offer_expires_at").get(pk=relation.pk)
    capacity = EventCapacity.objects.select_related("event").get(event=relation.event_id)
    place = places_in_queues([relation.pk]).get(relation.pk)
    code, text = _why_waiting(capacity, place) if place else _why_not_waiting(relation, capacity.event)
    return Standing(
        status=relation.status,
        code=code,
        text=text,
        queue_position=place,
        taken=capacity.taken,
        waiting=capacity.waiting,
        max_capacity=capacity.event.max_capacity,
        over_by=_over_by(capacity),
    )


def _over_by(capacity: EventCapacity) -> int:
    most = capacity.event.max_capacity
    return 0 if most is None else max(0, capacity.taken - most)


def why_nobody_moves(capacity: EventCapacity) -> tuple[str, str]:
    """Return why nobody in the queue gets a place now, as a code and in words."""
    event = capacity.event
    if event.status != EventStatus.ACTIVE:
        return "not_active", _("The event is %s and admits nobody.") % event.get_status_display()
    if event.is_over():
        return "over", _("The event is over and admits nobody.")
    return _why_no_place(capacity)


def _why_waiting(capacity: EventCapacity, place: int) -> tuple[str, str]:
    """Return why nobody gets a place now, and how many are served before this one."""
    code, text = why_nobody_moves(capacity)
    if code in {"not_active", "over"}:
        return code, text
    if place == 1:
        return code, f"{text} {_('The next place is for the head of the queue, which is this registration.')}"
    ahead = ngettext("One person is served before.", "%(number)s people are served before.", place - 1)
    return code, f"{text} {ahead % {'number': place - 1}}"


def _why_no_place(capacity: EventCapacity) -> tuple[str, str]:
    most, over = capacity.event.max_capacity, _over_by(capacity)
    if over:
        said = ngettext(
            "The event is over capacity by one: one must leave before a place becomes free.",
            "The event is over capacity by %(over)s: so many must leave before a place becomes free.",
            over,
        )
        return "over_capacity", said % {"over": over}
    if most is None or capacity.taken < most:
        return "free", _("A place is free, and goes to the head of the queue with the next change.")
    said = _("The event is full: %(taken)s of %(most)s places are taken.") % {"taken": capacity.taken, "most": most}
    return "full", f"{said} {_offers(capacity.event)}".strip()


def _offers(event: Event) -> str:
    """Return what is said of places that are offered and not accepted yet; nothing where there are none."""
    offered = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE, status=Status.OFFERED)
    found = offered.aggregate(number=Count("pk"), ends=Min("offer_expires_at"))
    if not found["number"]:
        return ""
    ends = moment(event, found["ends"]) if found["ends"] else "–"
    return _("Offered and not yet accepted: %(number)s, the first until %(ends)s.") % {**found, "ends": ends}


def _why_not_waiting(relation: UserEventRelation, event: Event) -> tuple[str, str]:
    """Return what a status means for who has it."""
    said = {
        Status.PENDING: _("Waits for the approval of those who lead the event."),
        Status.OFFERED: _("Has the offer of a place until %(ends)s."),
        Status.CONFIRMED: _("Has a place."),
        Status.ATTENDED: _("Came."),
        Status.NO_SHOW: _("Had a place and did not come."),
        Status.DECLINED: _("Got no approval."),
        Status.EXPIRED: _("Let the offer of a place end. Registering again joins the end of the queue."),
        Status.CANCELLED: _("Was cancelled."),
    }
    ends = moment(event, relation.offer_expires_at) if relation.offer_expires_at else "–"
    return relation.status, said.get(Status(relation.status), "") % {"ends": ends}
