"""The desk: an event's first tab, for those who run it. How full it is, who waits and why, and what can be done."""

from collections.abc import Mapping
from typing import Any

from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.admin.markup import status_badge
from events.models import Event, EventStatus
from relations.admin.event_steps import EVENT_STEPS, OPEN
from relations.admin.panels import MAY_VIEW, adding
from relations.admin.queue import queue_of
from relations.admin.states import STATES, knows_people, numbers_by_state, people_page
from relations.feeds import feed_of
from relations.models import EventCapacity, Settlement
from relations.rights import leads
from relations.transitions import EventState, state_of
from users.admin.panels import Link, Panel
from users.markup import bar, moment, number


class DeskPanel(Panel):
    """What whoever runs an event looks at first."""

    slug = "desk"
    title = gettext_lazy("Desk")
    permission = MAY_VIEW
    template_name = "admin/relations/desk.html"
    stands_first = True

    def content(self, request: HttpRequest, record: Event) -> dict[str, Any]:
        """Return the context; about ten queries, none of which reads more than the event's index of people."""
        user: Any = request.user
        capacity = EventCapacity.objects.select_related("event").get(event=record)
        known = knows_people(user, record)
        numbers = numbers_by_state(record, user) if known else {}
        return {
            "event": record,
            "state": status_badge(record),
            "when": moment(record.start_at, record.timezone),
            "room": room(capacity, numbers),
            "notices": notices(capacity),
            "cards": _cards(record, numbers),
            "queue": queue_of(capacity) if known else None,
            "buttons": _buttons(request, record) if leads(user, record) else [],
            "queue_page": people_page(record, "waitlisted"),
            "known": known,
        }


def room(capacity: EventCapacity, numbers: Mapping[str, int]) -> SafeString:
    """Return the bar of seats: who came, who has a place, who is offered one, and what is free."""
    most, taken = capacity.event.max_capacity, capacity.taken
    attended, offered = numbers.get("attended", 0), numbers.get("offered", 0)
    parts = [
        (attended, "success", _("attended")),
        (taken - attended - offered, "primary", _("confirmed")),
        (offered, "info", _("offered")),
    ]
    return bar(parts, max(taken, most or 0), _said_of(capacity, offered))


def _said_of(capacity: EventCapacity, offered: int) -> str:
    most, taken = capacity.event.max_capacity, capacity.taken
    if most is None:
        said = [_("%s places taken, no limit") % number(taken)]
    else:
        said = [_("%(taken)s of %(most)s places taken") % {"taken": number(taken), "most": number(most)}]
    if offered:
        said.append(_("%s of them offered") % number(offered))
    if most is not None and taken < most:
        said.append(_("%s free") % number(most - taken))
    if capacity.waiting:
        said.append(_("%s waiting") % number(capacity.waiting))
    return " · ".join(said)


def notices(capacity: EventCapacity) -> list[str]:
    """Return what whoever runs the event must know: too many places given, people who are still to be told."""
    event, said = capacity.event, []
    over = capacity.taken - event.max_capacity if event.max_capacity is not None else 0
    if over > 0:
        told = ngettext(
            "Over capacity by %(over)s: nobody lost a place, and nobody gets one until so many have left.",
            "Over capacity by %(over)s: nobody lost a place, and nobody gets one until so many have left.",
            over,
        )
        said.append(told % {"over": number(over)})
    if (
        event.status in (EventStatus.CANCELLED, EventStatus.COMPLETED)
        and Settlement.objects.filter(event=event).exists()
    ):
        said.append(_("The event is closed; its attendees are being settled, a portion at a time."))
    return said


def _cards(event: Event, numbers: Mapping[str, int]) -> list[dict[str, Any]]:
    return [
        {"title": state.title, "icon": state.icon, "figure": number(numbers[slug]), "href": people_page(event, slug)}
        for slug, state in STATES.items()
        if numbers.get(slug)
    ]


def _buttons(request: HttpRequest, event: Event) -> list[Link]:
    """Return what makes sense now; the services decide when it is done."""
    state = state_of(event)
    links = adding(request, event=event) if state in OPEN else []
    if state not in {EventState.DRAFT, EventState.CLOSED}:
        links.append(Link(_("Check-in"), reverse("admin:events_event_check_in", args=[event.pk]), icon="how_to_reg"))
    links += [
        Link(step.title, reverse(f"admin:events_event_{name}", args=[event.pk]), icon=step.icon)
        for name, step in EVENT_STEPS.items()
        if step.fits(event) and (name != "promote" or event.capacity.waiting)
    ]
    if state != EventState.CLOSED or feed_of(event):
        page = reverse("admin:events_event_calendar_address", args=[event.pk])
        links.append(Link(_("Calendar address"), page, icon="calendar_add_on"))
    return links
