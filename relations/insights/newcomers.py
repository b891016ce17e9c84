"""For how many of an event's people it is the first."""

from dataclasses import dataclass
from typing import Any

from django.db import connection

from events.models import Event
from relations.models import Status
from relations.querysets import LIVE

REGISTERED = (*LIVE, Status.NO_SHOW)

# Whose counter says that they attended nothing else is not looked up.
_COUNTED = """
    SELECT count(*), count(*) FILTER (
        WHERE c.attended > (r.status = 'attended')::int AND EXISTS (
            SELECT FROM relations_usereventrelation p JOIN events_event e ON e.id = p.event_id
             WHERE p.user_id = r.user_id AND p.role = 'attendee' AND p.status = 'attended' AND e.start_at < %(start)s))
      FROM relations_usereventrelation r JOIN users_eventcounts c ON c.user_id = r.user_id
     WHERE r.event_id = %(event)s AND r.role = 'attendee' AND r.status = ANY(%(registered)s)
"""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Those whose registration lives, or who came or did not: who attended no event before, and who did."""

    new: int
    returning: int


def newcomers_of(event: Event) -> Newcomers:
    """Tell who attended an event that began before this one from who did not. One query."""
    with connection.cursor() as cursor:
        cursor.execute(
            _COUNTED, {"event": event.pk, "start": event.start_at, "registered": [str(status) for status in REGISTERED]}
        )
        row: Any = cursor.fetchone()
    return Newcomers(new=row[0] - row[1], returning=row[1])
