"""For how many of an event's people it is the first."""

from dataclasses import dataclass
from typing import Any

from django.db import connection
from django.utils import timezone as clock

from events.models import Event
from relations.models import Status
from relations.querysets import LIVE

REGISTERED = (*LIVE, Status.NO_SHOW)

_ELSEWHERE = """
    SELECT count(*) FROM relations_usereventrelation r JOIN users_eventcounts c ON c.user_id = r.user_id
     WHERE r.event_id = %(event)s AND r.role = 'attendee' AND r.status = ANY(%(registered)s)
       AND c.attended > (r.status = 'attended')::int
"""
_BEFORE = """
       AND EXISTS (
        SELECT FROM relations_usereventrelation p JOIN events_event e ON e.id = p.event_id
         WHERE p.user_id = r.user_id AND p.role = 'attendee' AND p.status = 'attended' AND e.start_at < %(start)s)
"""


@dataclass(frozen=True, slots=True)
class Newcomers:
    """Those whose registration lives, or who came or did not: who attended no event before, and who did."""

    new: int
    returning: int


def newcomers_of(event: Event, by_status: dict[str, int]) -> Newcomers:
    """Tell who attended an event that began before this one from who did not. One query.

    Before an event begins, whatever anybody attended began before it: the counters say it.
    """
    values: dict[str, Any] = {"event": event.pk, "start": event.start_at, "registered": list(map(str, REGISTERED))}
    with connection.cursor() as cursor:
        cursor.execute(_ELSEWHERE if event.start_at > clock.now() else _ELSEWHERE + _BEFORE, values)
        returning: int = cursor.fetchone()[0]
    return Newcomers(new=sum(by_status[status] for status in REGISTERED) - returning, returning=returning)
