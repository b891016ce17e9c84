"""Who waits at which place of which queue."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

# Each who is asked about is counted from the one before them, so each queue is walked once, in its index alone.
_PLACES = """
    WITH asked AS (
        SELECT id, event_id, seq, lag(seq, 1, 0::bigint) OVER (PARTITION BY event_id ORDER BY seq) AS before
          FROM relations_usereventrelation
         WHERE id = ANY(%s) AND role = 'attendee' AND status = 'waitlisted'
    )
    SELECT asked.id, sum(ahead.number) OVER (PARTITION BY asked.event_id ORDER BY asked.seq)
      FROM asked, LATERAL (
        SELECT count(*) AS number FROM relations_usereventrelation q
         WHERE q.event_id = asked.event_id AND q.role = 'attendee' AND q.status = 'waitlisted'
           AND q.seq > asked.before AND q.seq <= asked.seq
      ) ahead
"""


def places_in_queues(relation_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the place of each that waits, from 1 at the head of its event's queue. One query; none for nobody."""
    if not relation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(relation_ids)])
        found: list[tuple[Any, Any]] = cursor.fetchall()
    return {key: int(place) for key, place in found}
