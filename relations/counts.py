"""The counters against the relations they count: the check that operators run, and its repair."""

from dataclasses import dataclass

from django.db import connection

from api.transactions import locking

# Each compares stored counters with those counted from the relations, for all rows in one pass.
_PEOPLE = """
    SELECT u.id, u.hosted_count, u.attended_count, COALESCE(c.hosted, 0), COALESCE(c.attended, 0)
      FROM users_user u LEFT JOIN (
        SELECT user_id, COUNT(*) FILTER (WHERE role = 'host' AND status <> 'cancelled') AS hosted,
               COUNT(*) FILTER (WHERE role = 'attendee' AND status = 'attended') AS attended
          FROM relations_usereventrelation GROUP BY user_id) c ON c.user_id = u.id
     WHERE (u.hosted_count, u.attended_count) <> (COALESCE(c.hosted, 0), COALESCE(c.attended, 0))
     ORDER BY u.id
"""
_EVENTS = """
    SELECT e.id, s.taken, s.waiting, COALESCE(c.taken, 0), COALESCE(c.waiting, 0)
      FROM events_event e LEFT JOIN relations_eventcapacity s ON s.event_id = e.id LEFT JOIN (
        SELECT event_id, COUNT(*) FILTER (WHERE status IN ('offered', 'confirmed', 'attended')) AS taken,
               COUNT(*) FILTER (WHERE status = 'waitlisted') AS waiting
          FROM relations_usereventrelation WHERE role = 'attendee' GROUP BY event_id) c ON c.event_id = e.id
     WHERE s.event_id IS NULL OR (s.taken, s.waiting) <> (COALESCE(c.taken, 0), COALESCE(c.waiting, 0))
     ORDER BY e.id
"""


@dataclass(frozen=True)
class Drift:
    """One row whose two counters differ from what is counted; ``stored`` is None for a capacity that is missing."""

    table: str
    id: str
    names: tuple[str, str]
    stored: tuple[int, int] | None
    counted: tuple[int, int]

    def __str__(self) -> str:
        return f"{self.table} {self.id}: {', '.join(self.names)} stored as {self.stored}, counted {self.counted}"


def find_drift() -> list[Drift]:
    """Return every person and event whose stored counters differ from the counted ones (two queries)."""
    people = _compared(_PEOPLE, "users_user", ("hosted_count", "attended_count"))
    return people + _compared(_EVENTS, "relations_eventcapacity", ("taken", "waiting"))


@locking
def repair_drift() -> list[Drift]:
    """Set every drifted counter to what is counted and return what was wrong.

    Relations cannot change meanwhile; the flag that lets the counters be written ends with the transaction.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE relations_usereventrelation IN SHARE MODE")
        drifted = find_drift()
        cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        cursor.execute(
            f"UPDATE users_user u SET hosted_count = d.a, attended_count = d.b "  # noqa: S608  # constants above
            f"FROM ({_PEOPLE}) d (id, x, y, a, b) WHERE u.id = d.id"
        )
        cursor.execute(
            f"INSERT INTO relations_eventcapacity (event_id, taken, waiting, next_seq) "  # noqa: S608  # constants
            f"SELECT d.id, d.a, d.b, 1 + COALESCE((SELECT MAX(seq) FROM relations_usereventrelation r "
            f"WHERE r.event_id = d.id), 0) FROM ({_EVENTS}) d (id, x, y, a, b) "
            f"ON CONFLICT (event_id) DO UPDATE SET taken = EXCLUDED.taken, waiting = EXCLUDED.waiting"
        )
        cursor.execute("SELECT set_config('crm.repair', '', true)")
    return drifted


def _compared(query: str, table: str, names: tuple[str, str]) -> list[Drift]:
    with connection.cursor() as cursor:
        cursor.execute(query)
        return [
            Drift(table, str(row[0]), names, None if row[1] is None else (row[1], row[2]), (row[3], row[4]))
            for row in cursor.fetchall()
        ]
