"""Events and the places taken in them, month by month, for the dashboard's plot."""

import json
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Any

from django.db.models import Count, Max, Sum
from django.db.models.functions import TruncMonth
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from events.models import Event

MONTHS = 12
MONTHS_AHEAD = 3

_FAINT = {"color": "#9ca3af"}
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
        "y": {
            "beginAtZero": True,
            "ticks": {**_FAINT, "precision": 0},
            "grid": {"drawTicks": False},
            "border": {"display": False},
        },
        "y1": {
            "position": "right",
            "beginAtZero": True,
            "ticks": {**_FAINT, "precision": 0},
            "grid": {"display": False},
            "border": {"display": False},
        },
    },
}


def attendance_by_month(user: Any) -> dict[str, str] | None:
    """Return data and options of the plot as JSON, or None without events (two queries).

    It ends three months ahead, or with the last event where that is earlier.
    """
    events = Event.objects.visible_to(user).exclude(status__in=("draft", "cancelled"))
    last = events.aggregate(last=Max("start_at"))["last"]
    if last is None:
        return None
    months = _months(min(_month_number(last), _month_number(clock.now()) + MONTHS_AHEAD))
    found = events.filter(start_at__gte=months[0]).order_by().annotate(month=TruncMonth("start_at", tzinfo=UTC))
    counted = found.values_list("month").annotate(Count("pk"), Sum("capacity__taken"))
    figures = {month: (many, taken or 0) for month, many, taken in counted}
    return {"data": json.dumps(_data(months, figures)), "options": json.dumps(_OPTIONS)}


def _month_number(moment: datetime) -> int:
    moment = moment.astimezone(UTC)
    return moment.year * 12 + moment.month - 1


def _months(last: int) -> list[datetime]:
    first = max(last - MONTHS + 1, 12)  # the calendar begins with the year 1
    return [datetime(number // 12, number % 12 + 1, 1, tzinfo=UTC) for number in range(first, last + 1)]


def _data(months: Sequence[datetime], figures: dict[datetime, tuple[int, int]]) -> dict[str, Any]:
    rows = [figures.get(month, (0, 0)) for month in months]
    return {
        "labels": [f"{month:%b %Y}" for month in months],
        "datasets": [
            {
                "type": "line",
                "label": _("Places taken (right)"),
                "data": [taken for _events, taken in rows],
                "yAxisID": "y1",
                "borderColor": "#f2a33a",
                "backgroundColor": "#f2a33a",
                "borderWidth": 2,
                "pointRadius": 2.5,
                "tension": 0,  # between two months there is nothing that a curve could know
            },
            {
                "label": _("Events"),
                "data": [many for many, _taken in rows],
                "backgroundColor": "var(--color-primary-600)",
                "borderRadius": 3,
                "maxBarThickness": 22,
            },
        ],
    }
