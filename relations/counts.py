"""The counters against the relations they count: the check that operators run."""

from dataclasses import dataclass

from django.db import connection

# What the triggers keep, counted anew: of all relations, or of those that a WHERE names.
COUNTED = """
    SELECT user_id, COUNT(*) FILTER (WHERE role = 'host' AND status <> 'cancelled') AS hosted,
           COUNT(*) FILTER (WHERE role = 'attendee' AND status = 'attended') AS attended
      FROM relations_usereventrelation {where} GROUP BY user_id
"""
SEATED = """
    SELECT event_id, MAX(seq) + 1 AS next_seq,
           COUNT(*) FILTER (WHERE role = 'attendee' AND status IN ('offered', 'confirmed', 'attended')) AS taken,
           COUNT(*) FILTER (WHERE role = 'attendee' AND status = 'waitlisted') AS waiting
      FROM relations_usereventrelation {where} GROUP BY event_id
"""
# Each compares stored counters with counted ones, for all rows in one pass.
_PEOPLE = f"""
    SELECT u.id, s.hosted, s.attended, COALESCE(c.hosted, 0), COALESCE(c.attended, 0)
      FROM users_user u LEFT JOIN users_eventcounts s ON s.user_id = u.id
      LEFT JOIN ({COUNTED.format(where="")}) c ON c.user_id = u.id
     WHERE s.user_id IS NULL OR (s.hosted, s.attended) <> (COALESCE(c.hosted, 0), COALESCE(c.attended, 0))
     ORDER BY u.id
"""  # noqa: S608  # a constant
_EVENTS = f"""
    SELECT e.id, s.taken, s.waiting, COALESCE(c.taken, 0), COALESCE(c.waiting, 0)
      FROM events_event e LEFT JOIN relations_eventcapacity s ON s.event_id = e.id
      LEFT JOIN ({SEATED.format(where="")}) c ON c.event_id = e.id
     WHERE s.event_id IS NULL OR (s.taken, s.waiting) <> (COALESCE(c.taken, 0), COALESCE(c.waiting, 0))
     ORDER BY e.id
"""  # noqa: S608  # a constant
PEOPLE_TABLE, EVENTS_TABLE = "users_eventcounts", "relations_eventcapacity"


@dataclass(frozen=True)
class Drift:
    """One row whose two counters differ from what is counted; ``stored`` is None for a row that is missing."""

    table: str
    id: str
    names: tuple[str, str]
    stored: tuple[int, int] | None
    counted: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {', '.join(self.names)} stored as {self.stored}, counted {self.counted}"


def find_drift() -> list[Drift]:
    """Return every person and event whose stored counters differ from the counted ones (two queries, no locks)."""
    people = _compared(_PEOPLE, PEOPLE_TABLE, ("hosted", "attended"))
    return people + _compared(_EVENTS, EVENTS_TABLE, ("taken", "waiting"))


def _compared(query: str, table: str, names: tuple[str, str]) -> list[Drift]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Drift(table, str(row[0]), names, None if row[1] is None else (row[1], row[2]), (row[3], row[4]))
            for row in cursor.fetchall()
        ]
