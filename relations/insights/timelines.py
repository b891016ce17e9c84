"""How the registrations of an event came in, day by day."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection

from events.models import Event

MOST_BUCKETS = 100

# Of the ledger, which is what happened when: a row of the relations says how it ended.
_DAYS = """
    SELECT (l.at AT TIME ZONE %(zone)s)::date AS day,
           count(*) FILTER (WHERE l.from_status = ''),
           count(*) FILTER (WHERE l.to_status = 'cancelled' AND l.at < %(until)s)
      FROM relations_usereventrelation r JOIN relations_relationtransition l ON l.relation_id = r.id
     WHERE r.event_id = %(event)s AND r.role = 'attendee'
       AND (l.from_status = '' OR l.to_status = 'cancelled' AND l.at < %(until)s)
     GROUP BY 1 ORDER BY 1
"""

Day = tuple[date, int, int]


@dataclass(frozen=True, slots=True)
class Bucket:
    """What happened from ``day`` on, for as many days as the timeline says."""

    day: date
    registered: int
    cancelled: int


@dataclass(frozen=True, slots=True)
class Timeline:
    """Equal spans of days, one after the other, in the event's zone; also those in which nothing happened."""

    bucket_days: int
    buckets: list[Bucket]


def timeline_of(event: Event, until: datetime) -> Timeline:
    """Return when people registered and cancelled, in at most ``MOST_BUCKETS`` spans of days.

    From ``until`` on, registrations that end were not cancelled.
    """
    values: dict[str, Any] = {"event": event.pk, "zone": event.timezone, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_DAYS, values)
        days: list[Day] = cursor.fetchall()
    return as_timeline(days)


def as_timeline(days: list[Day]) -> Timeline:
    """Fold ``days``, which are in order, into spans of so many days that ``MOST_BUCKETS`` are enough."""
    if not days:
        return Timeline(bucket_days=1, buckets=[])
    first = days[0][0]
    length = (days[-1][0] - first).days + 1
    width = -(-length // MOST_BUCKETS)
    return Timeline(bucket_days=width, buckets=list(_buckets(days, first, width, -(-length // width))))


def _buckets(days: Iterable[Day], first: date, width: int, number: int) -> Iterable[Bucket]:
    registered, cancelled = [0] * number, [0] * number
    for day, came, went in days:
        place = (day - first).days // width
        registered[place] += came
        cancelled[place] += went
    for place in range(number):
        yield Bucket(first + timedelta(days=place * width), registered[place], cancelled[place])
