"""Times of events as people read them: in the event's own zone, which is named."""

from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from django.utils.formats import date_format

from events.models import Event

WHEN = "l, j F Y, H:i"


def when(event: Event) -> str:
    """Return when the event takes place, in its own zone, which is named."""
    start, end = event.local_start, event.end_at.astimezone(event.local_start.tzinfo) if event.end_at else None
    text = date_format(start, WHEN)
    if end is not None:
        text += f" – {date_format(end, 'H:i' if end.date() == start.date() else WHEN)}"
    return f"{text} ({_zone(event, start)})"


def moment(event: Event, at: datetime) -> str:
    """Return a moment in the zone of the event."""
    local = at.astimezone(ZoneInfo(event.timezone))
    return f"{date_format(local, WHEN)} ({_zone(event, local)})"


def _zone(event: Event, local: datetime) -> str:
    return event.timezone if event.timezone == "UTC" else f"{event.timezone}, {_offset(local)}"


def _offset(local: datetime) -> str:
    offset = local.utcoffset() or timedelta()
    hours, minutes = divmod(int(abs(offset).total_seconds()) // 60, 60)
    return f"UTC{'-' if offset < timedelta() else '+'}{hours}{f':{minutes:02}' if minutes else ''}"
