"""Who waits at which place of which queue."""

from collections.abc import Collection
from typing import Any
from uuid import UUID

from django.db import connection

# Each who is asked about is counted from the one beside them, beginning at the end of the queue that is nearer: a queue
# is walked once at most, in its index alone, and who has just come is at no distance from its end.
_PLACES = """
    WITH asked AS (
        SELECT id, event_id, seq FROM relations_usereventrelation
         WHERE id = ANY(%s) AND role = 'attendee' AND status = 'waitlisted'
    ), queue AS (
        SELECT c.event_id, c.waiting, a.last - ends.head <= ends.tail - a.first AS from_head
          FROM (SELECT event_id, min(seq) AS first, max(seq) AS last FROM asked GROUP BY event_id) a
          JOIN relations_eventcapacity c USING (event_id),
               LATERAL (SELECT min(seq) AS head, max(seq) AS tail FROM relations_usereventrelation q
                         WHERE q.event_id = a.event_id AND q.role = 'attendee' AND q.status = 'waitlisted') ends
    ), step AS (
        SELECT asked.*, waiting, from_head,
               CASE WHEN from_head THEN lag(seq, 1, 0::bigint) OVER line ELSE seq END AS beyond,
               CASE WHEN from_head THEN seq ELSE lead(seq, 1, 9223372036854775807) OVER line END AS upto
          FROM asked JOIN queue USING (event_id) WINDOW line AS (PARTITION BY event_id ORDER BY seq)
    )
    SELECT id, CASE WHEN from_head THEN sum(number) OVER (PARTITION BY event_id ORDER BY seq)
                    ELSE waiting - sum(number) OVER (PARTITION BY event_id ORDER BY seq DESC) END
      FROM step, LATERAL (
        SELECT count(*) AS number FROM relations_usereventrelation q
         WHERE q.event_id = step.event_id AND q.role = 'attendee' AND q.status = 'waitlisted'
           AND q.seq > step.beyond AND q.seq <= step.upto
      ) between_them
"""


def places_in_queues(relation_ids: Collection[UUID]) -> dict[UUID, int]:
    """Return the place of each that waits, from 1 at the head of its event's queue. One query; none for nobody."""
    if not relation_ids:
        return {}
    with connection.cursor() as cursor:
        cursor.execute(_PLACES, [list(relation_ids)])
        found: list[tuple[Any, Any]] = cursor.fetchall()
    return {key: int(place) for key, place in found}
