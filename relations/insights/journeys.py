"""What became of those who waited, and of those who cancelled, from the ledger of an event."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import connection

from events.models import Event

# One line for each registration that waited or was cancelled; then one for all of them.
_JOURNEYS = """
    WITH journey AS (
        SELECT min(l.at) FILTER (WHERE l.to_status = 'waitlisted') AS queued,
               min(l.at) FILTER (WHERE l.to_status IN ('offered', 'confirmed', 'attended')) AS placed,
               min(l.at) FILTER (WHERE l.to_status IN ('confirmed', 'attended')) AS admitted,
               max(l.at) FILTER (WHERE l.to_status = 'cancelled' AND l.at < %(until)s) AS cancelled,
               bool_or(l.to_status = 'cancelled' AND l.from_status IN ('offered', 'confirmed', 'attended')) AS had_place
          FROM relations_usereventrelation r JOIN relations_relationtransition l ON l.relation_id = r.id
         WHERE r.event_id = %(event)s AND r.role = 'attendee'
         GROUP BY l.relation_id
    )
    SELECT count(queued),
           count(*) FILTER (WHERE admitted >= queued),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM placed - queued))
               FILTER (WHERE admitted >= queued),
           count(cancelled),
           count(cancelled) FILTER (WHERE had_place),
           count(cancelled) FILTER (WHERE cancelled > %(start)s - interval '1 day'),
           count(cancelled) FILTER (WHERE cancelled > %(start)s - interval '7 days'),
           percentile_cont(0.5) WITHIN GROUP (ORDER BY EXTRACT(EPOCH FROM %(start)s - cancelled))
      FROM journey WHERE queued IS NOT NULL OR cancelled IS NOT NULL
"""


# Of fewer people, nobody speaks of a half.
LEAST_FOR_HALF = 4


@dataclass(frozen=True, slots=True)
class Waitlist:
    """Who ever waited, how many of them got in, and how long these had waited for their place."""

    waitlisted: int
    admitted: int
    rate: float | None
    median_wait_seconds: int | None


@dataclass(frozen=True, slots=True)
class Cancellations:
    """Who cancelled before the start, and how long before. ``last_week`` holds ``last_day``."""

    number: int
    with_place: int
    last_day: int
    last_week: int
    median_seconds_before: int | None


def cancellations_and_waitlist(event: Event, until: datetime) -> tuple[Cancellations, Waitlist]:
    """Return what the ledger says of ``event``; from ``until`` on, registrations that end were not cancelled."""
    values: dict[str, Any] = {"event": event.pk, "start": event.start_at, "until": until}
    with connection.cursor() as cursor:
        cursor.execute(_JOURNEYS, values)
        row: Any = cursor.fetchone()
    queued, admitted, wait, number, with_place, last_day, last_week, before = row
    rate = admitted / queued if queued else None
    return (
        Cancellations(number, with_place, last_day, last_week, None if before is None else round(before)),
        Waitlist(queued, admitted, rate, None if wait is None else round(wait)),
    )
