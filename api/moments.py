"""Times as they are written: ISO 8601; without an offset in UTC; a date alone is a day, which starts in some zone."""

import zoneinfo
from datetime import UTC, date, datetime, time, tzinfo
from typing import Any


def read_moment(text: str) -> datetime | date:
    """Return the moment, in UTC, or the day that ``text`` means. Raises ``ValueError`` or ``OverflowError``."""
    try:
        return date.fromisoformat(text)
    except ValueError:
        moment = datetime.fromisoformat(text)
    return moment.replace(tzinfo=UTC) if moment.tzinfo is None else moment.astimezone(UTC)


def start_of(moment: datetime | date, zone: tzinfo) -> datetime:
    """Return ``moment`` itself, or where it is a day its start in ``zone``, in UTC. Raises ``OverflowError``."""
    return moment if isinstance(moment, datetime) else datetime.combine(moment, time(), zone).astimezone(UTC)


def zone_of(caller: Any) -> tzinfo:
    """Return the zone in which a caller's days start: the one that they named, else UTC."""
    name = getattr(caller, "timezone", None)
    try:
        return zoneinfo.ZoneInfo(name) if name else UTC
    except (ValueError, zoneinfo.ZoneInfoNotFoundError):  # the zone data of another machine knew it
        return UTC
