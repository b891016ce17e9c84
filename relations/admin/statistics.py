"""The figures of an event with their plots: how registrations came in, who came, for whom it was the first."""

import json
from typing import Any

from django.http import HttpRequest
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.models import Event
from relations.admin.panels import MAY_VIEW
from relations.admin.states import knows_people
from relations.insights.journeys import LEAST_FOR_HALF
from relations.insights.overbooking import Overbooking
from relations.insights.statistics import EventStatistics, event_statistics
from relations.insights.timelines import Timeline
from relations.models import Status
from users.admin.panels import Panel
from users.markup import bar, number

_FAINT = {"color": "#9ca3af"}
_COUNTS = {"beginAtZero": True, "ticks": {**_FAINT, "precision": 0}, "border": {"display": False}}
_OPTIONS = {
    "responsive": True,
    "maintainAspectRatio": False,
    "interaction": {"mode": "index", "intersect": False},
    "plugins": {
        "legend": {
            "align": "end",
            "labels": {**_FAINT, "usePointStyle": True, "pointStyle": "circle", "boxHeight": 5, "boxWidth": 5},
        }
    },
    "scales": {
        "x": {"ticks": {**_FAINT, "maxRotation": 0, "autoSkipPadding": 16}, "grid": {"display": False}},
        "y": {**_COUNTS, "grid": {"drawTicks": False}},
    },
}
HOUR, DAY = 3600, 86_400


class StatisticsPanel(Panel):
    """What the registrations of an event tell."""

    slug = "statistics"
    title = gettext_lazy("Statistics")
    permission = MAY_VIEW
    template_name = "admin/relations/statistics.html"
    stands_first = True

    def content(self, request: HttpRequest, record: Event) -> dict[str, Any]:
        user: Any = request.user
        if not knows_people(user, record):
            return {"unknown": True}
        found = event_statistics(record)
        return {"chart": _chart(found.timeline), "figures": _figures(found)}


def _chart(timeline: Timeline) -> dict[str, str] | None:
    """Return data and options of the plot as JSON; None where nobody registered."""
    if not timeline.buckets:
        return None
    in_all, running = [], 0
    for bucket in timeline.buckets:
        running += bucket.registered - bucket.cancelled
        in_all.append(running)
    data = {
        "labels": [f"{bucket.day:%-d %b %Y}" for bucket in timeline.buckets],
        "datasets": [
            {
                "type": "line",
                "label": _("Registered in all"),
                "data": in_all,
                "borderColor": "#f2a33a",
                "backgroundColor": "#f2a33a",
                "borderWidth": 2,
                "pointRadius": 1.5,
                "tension": 0,
            },
            _bars(_("Registered"), [bucket.registered for bucket in timeline.buckets], "var(--color-primary-600)"),
            _bars(_("Cancelled"), [bucket.cancelled for bucket in timeline.buckets], "#d9534f"),
        ],
    }
    return {"data": json.dumps(data), "options": json.dumps(_OPTIONS), "title": _span(timeline.bucket_days)}


def _bars(label: str, data: list[int], colour: str) -> dict[str, Any]:
    return {"label": label, "data": data, "backgroundColor": colour, "borderRadius": 3, "maxBarThickness": 22}


def _span(days: int) -> str:
    if days == 1:
        return _("Registrations by day")
    return _("Registrations by %s days") % days


def _figures(found: EventStatistics) -> list[dict[str, Any]]:
    """Return each figure as a title, a bar with its text, and a note."""
    shows, new, waited = found.show_rate, found.newcomers, found.waitlist
    return [
        {
            "title": _("Who came"),
            "bar": _split(shows.attended, _("came"), shows.n - shows.attended, _("did not come"), shows.rate)
            if shows.rate is not None or not shows.attended
            else _("%s came so far") % number(shows.attended),
            "note": _expected(found),
        },
        {
            "title": _("Newcomers"),
            "bar": _split(new.new, _("for the first time"), new.returning, _("came to earlier events"), _rate(new)),
            "note": "",
        },
        {
            "title": _("Waitlist"),
            "bar": _waited(found),
            "note": _("Half of those who got in waited no longer than %s.") % duration(waited.median_wait_seconds)
            if waited.median_wait_seconds is not None and waited.admitted >= LEAST_FOR_HALF
            else "",
        },
        _text(_("Cancellations"), _cancelled(found), _how_late(found)),
        *([_overbooking(found.overbooking, found.capacity)] if found.overbooking else []),
    ]


def _overbooking(advice: Overbooking, seats: int | None) -> dict[str, Any]:
    """Return how many could be let in, since not everybody comes; the capacity is for whoever runs the event to set."""
    words = {"let_in": advice.let_in, "seats": seats, "risk": f"{advice.risk:.0%}"}
    note = _("More than that, and the risk that more come than there is room for is above %(risk)s.") % words
    if advice.let_in is None:
        said = _("Too little is known of who comes: %(n)s registrations, and %(least)s are wanted.")
        return _text(_("Overbooking"), said % {"n": number(advice.n), "least": number(advice.least)}, "")
    return _text(_("Overbooking"), _("%(let_in)s people could be let in for %(seats)s places.") % words, note)


def _text(title: str, said: str, note: str) -> dict[str, Any]:
    return {"title": title, "bar": format_html('<span class="crm-meter"><span>{}</span></span>', said), "note": note}


def _expected(found: EventStatistics) -> str:
    if expected := found.by_status[Status.CONFIRMED]:
        return _("Expected, and in neither number until the event is completed: %s.") % number(expected)
    return (
        ""
        if found.show_rate.rate is not None
        else _("Known once the event is over, and people were checked in or it was completed.")
    )


def _rate(new: Any) -> float | None:
    return new.new / (new.new + new.returning) if new.new + new.returning else None


def _split(many: int, what: str, others: int, what_else: str, rate: float | None) -> SafeString | str:
    """Return a bar of two parts, with the share of the first and how many that is; nothing known: a dash."""
    if rate is None:
        return "–"
    said = f"{rate:.0%} · {number(many)} {what} · {number(others)} {what_else}"
    return bar([(many, "success", what), (others, "muted", what_else)], many + others, said)


def _waited(found: EventStatistics) -> SafeString | str:
    """Return the bar of those who ever waited; the share of those who got in is known once nobody waits."""
    waited, still = found.waitlist, found.waiting_still
    others = waited.waitlisted - waited.admitted - still
    if waited.rate is None or not still:
        return _split(waited.admitted, _("got in"), others, _("did not get in"), waited.rate)
    parts = [
        (waited.admitted, "success", _("got in")),
        (still, "primary", _("waiting still")),
        (others, "muted", _("did not get in")),
    ]
    return bar(parts, waited.waitlisted, " · ".join(f"{number(many)} {what}" for many, _colour, what in parts))


def _cancelled(found: EventStatistics) -> str:
    said = found.cancellations
    parts = [_("%s cancelled") % number(said.number)]
    if said.last_week:
        parts.append(_("%s in the last week") % number(said.last_week))
    if said.last_day:
        parts.append(_("%s on the last day") % number(said.last_day))
    return " · ".join(parts)


def _how_late(found: EventStatistics) -> str:
    said = found.cancellations
    before = said.median_seconds_before if said.number >= LEAST_FOR_HALF else None
    return "" if before is None else _("Half of them came more than %s before the start.") % duration(before)


def duration(seconds: int) -> str:
    """Return a span of time in its largest whole unit."""
    if seconds >= 2 * DAY:
        return _("%s days") % number(seconds // DAY)
    if seconds >= HOUR:
        hours = seconds // HOUR
        return ngettext("%(number)s hour", "%(number)s hours", hours) % {"number": hours}
    minutes = max(seconds // 60, 1)
    return ngettext("%(number)s minute", "%(number)s minutes", minutes) % {"number": minutes}
