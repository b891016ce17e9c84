"""The statements by which a batch of relations is stored; ``s`` is the staged row. See ``relations.imports``."""

from collections.abc import Iterable

from relations.querysets import LIVE
from relations.transitions import REFUSED_IN, STATE_SQL, Refusal, allowed, passed_stages
from users.external_ids import UUID_SHAPE


def _rows(rows: Iterable[Iterable[str]]) -> str:
    """Return constants as the rows of VALUES."""
    return ", ".join("({})".format(", ".join(f"'{value}'" for value in row)) for row in rows)


LIVE_SQL = ", ".join(f"'{status}'" for status in LIVE)
OPEN = "s.done IS NULL AND s.problem IS NULL"

STAGED = """
    NULL::text AS user_external_id, NULL::text AS user_email, NULL::text AS event_external_id, NULL::text AS event_slug,
    NULL::text AS role, NULL::text AS status, NULL::uuid AS user_id, NULL::uuid AS event_id, NULL::text AS was,
    NULL::text AS becomes
"""
# No external_id is shaped like a UUID, so that each text can only mean one of the two. Who is found by the second key
# alone is meant where the row or the record has no external_id: two that differ are two records.
_RESOLVE = """
    UPDATE import_staged s SET {key} = COALESCE(f.first, CASE WHEN f.may_be_second THEN f.second END),
                               problem = COALESCE(s.problem, CASE WHEN f.first <> f.second THEN '{two}' END)
      FROM (SELECT x.line, COALESCE(a.id, b.id) AS first, c.id AS second,
                   x.{external_id} IS NULL OR (c.external_id IS NULL AND x.{external_id} !~ '{uuid}') AS may_be_second
              FROM import_staged x
              LEFT JOIN {table} a ON a.external_id = x.{external_id}
              LEFT JOIN {table} b ON b.id = CASE WHEN x.{external_id} ~ '{uuid}' THEN x.{external_id}::uuid END
              LEFT JOIN {table} c ON c.{second_key} = x.{second}) f
     WHERE s.line = f.line
"""
_UUID = f"^{UUID_SHAPE}$"
RESOLVE_PEOPLE = _RESOLVE.format(
    table="users_user",
    key="user_id",
    external_id="user_external_id",
    second="user_email",
    second_key="email",
    two="two_people",
    uuid=_UUID,
)
RESOLVE_EVENTS = _RESOLVE.format(
    table="events_event",
    key="event_id",
    external_id="event_external_id",
    second="event_slug",
    second_key="slug",
    two="two_events",
    uuid=_UUID,
)
LOCK_CAPACITIES = """
    SELECT COUNT(*) FROM (SELECT c.event_id FROM relations_eventcapacity c
     WHERE c.event_id IN (SELECT s.event_id FROM import_staged s) ORDER BY c.event_id FOR NO KEY UPDATE) locked
"""
LOCK_PEOPLE = """
    SELECT COUNT(*) FROM (SELECT c.user_id FROM users_eventcounts c
     WHERE c.user_id IN (SELECT s.user_id FROM import_staged s) ORDER BY c.user_id FOR NO KEY UPDATE) locked
"""
# An attendee's row is the live one, else the latest that ended in the very status of the file, or without one the
# latest: nothing leaves a terminal state, so that any other makes a new row. Owners and hosts have one row, whatever
# its status. Who has passed the stage that the file tells of (was promoted, say) stays where they are.
MATCH = f"""
    UPDATE import_staged s SET target = f.target, was = f.was,
           becomes = CASE WHEN s.role = 'attendee' AND (f.was, s.status) IN (VALUES {_rows(passed_stages())}) THEN f.was
                          ELSE COALESCE(s.status, f.was, 'confirmed') END
      FROM (SELECT x.line, t.id AS target, t.status AS was
              FROM import_staged x LEFT JOIN LATERAL (
                SELECT r.id, r.status FROM relations_usereventrelation r
                 WHERE r.event_id = x.event_id AND r.user_id = x.user_id AND r.role = x.role
                   AND (r.role <> 'attendee' OR x.status IS NULL OR r.status IN ({LIVE_SQL}) OR r.status = x.status)
                 ORDER BY r.status IN ({LIVE_SQL}) DESC, r.seq DESC LIMIT 1) t ON true
             WHERE x.done IS NULL AND x.problem IS NULL) f
     WHERE s.line = f.line
"""  # noqa: S608  # a constant
# What the file has stored is looked up one by one: of an import that has just begun the planner expects a row or none,
# and a join would read through all the rows so far for each new one.
_LINE = "(SELECT i.line FROM users_importedrow i WHERE i.of_import_id = %s AND i.object_id = r.id)"
_OF_THE_FILE = f"""
    EXISTS (SELECT FROM relations_usereventrelation r WHERE r.event_id = c.event_id AND {_LINE} IS NOT NULL)
"""
REPEATED = f"""
    UPDATE import_staged s SET problem = 'repeated', other = f.earlier
      FROM (SELECT x.line, COALESCE(
                     (SELECT MIN({_LINE}) FROM relations_usereventrelation r
                       WHERE r.event_id = x.event_id AND r.user_id = x.user_id AND r.role = x.role),
                     MIN(x.line) OVER (PARTITION BY x.user_id, x.event_id, x.role)) AS earlier
              FROM import_staged x WHERE x.done IS NULL AND x.problem IS NULL) f
     WHERE s.line = f.line AND f.earlier < s.line
"""  # noqa: S608  # a constant
UPDATE = f"""
    UPDATE relations_usereventrelation t SET status = s.becomes
      FROM import_staged s WHERE t.id = s.target AND {OPEN} AND t.status <> s.becomes
"""  # noqa: S608  # a constant
# The places in the order of arrival follow the lines of the file.
INSERT = f"""
    WITH numbered AS (
        SELECT s.id, s.user_id, s.event_id, s.role, s.becomes AS status,
               row_number() OVER (PARTITION BY s.event_id ORDER BY s.line) AS nth
          FROM import_staged s WHERE s.target IS NULL AND {OPEN}),
    made AS (
        INSERT INTO relations_usereventrelation (id, user_id, event_id, role, status, seq)
        SELECT n.id, n.user_id, n.event_id, n.role, n.status, c.next_seq + n.nth - 1
          FROM numbered n JOIN relations_eventcapacity c USING (event_id) ORDER BY n.id
            ON CONFLICT DO NOTHING RETURNING id)
    UPDATE import_staged s SET target = s.id FROM made WHERE made.id = s.id
"""  # noqa: S608  # a constant
OVER_CAPACITY = f"""
    SELECT e.title, c.taken, e.max_capacity FROM relations_eventcapacity c JOIN events_event e ON e.id = c.event_id
     WHERE c.taken > e.max_capacity AND {_OF_THE_FILE}
     ORDER BY c.taken - e.max_capacity DESC, e.id
"""  # noqa: S608  # a constant

UNRESOLVED = {
    "unknown_email": "s.user_id IS NULL AND s.user_external_id IS NULL",
    "unknown_person": "s.user_id IS NULL",
    "unknown_slug": "s.event_id IS NULL AND s.event_external_id IS NULL",
    "unknown_event": "s.event_id IS NULL",
    "no_capacity": "NOT EXISTS (SELECT FROM relations_eventcapacity c WHERE c.event_id = s.event_id)",
}
# The table of transitions, for rows that would change something. The event is read under its capacity's lock.
_ALLOWED = allowed()
_SAID_IN = " ".join(f"WHEN '{state}' THEN '{refusal}'" for state, refusal in REFUSED_IN.items())
GUARD = f"""
    UPDATE import_staged s
       SET problem = CASE WHEN (s.role, COALESCE(s.was, ''), s.becomes) NOT IN
                               (VALUES {_rows(sorted({row[:3] for row in _ALLOWED}))}) THEN '{Refusal.IMPOSSIBLE}'
                          ELSE CASE {STATE_SQL} {_SAID_IN} END END
      FROM events_event e
     WHERE e.id = s.event_id AND {OPEN} AND s.was IS DISTINCT FROM s.becomes
       AND (s.role, COALESCE(s.was, ''), s.becomes, {STATE_SQL}) NOT IN (VALUES {_rows(_ALLOWED)})
"""  # noqa: S608  # a constant
# Open events of the file with room beside a queue, each to be locked in turn.
WITH_ROOM_BESIDE_A_QUEUE = f"""
    SELECT c.event_id FROM relations_eventcapacity c JOIN events_event e ON e.id = c.event_id
     WHERE c.waiting > 0 AND (e.max_capacity IS NULL OR c.taken < e.max_capacity)
       AND e.status = 'active' AND COALESCE(e.end_at, e.start_at) >= now() AND {_OF_THE_FILE}
     ORDER BY c.event_id
"""  # noqa: S608  # a constant
SECOND_OWNER = """
    s.role = 'owner' AND s.becomes <> 'cancelled' AND EXISTS (
        SELECT FROM relations_usereventrelation r WHERE r.event_id = s.event_id AND r.user_id <> s.user_id
           AND r.role = 'owner' AND r.status <> 'cancelled')
"""
OWNERS_OF_ONE_EVENT = """
    SELECT line, event_id::text, problem IS NOT NULL FROM (
        SELECT s.*, COUNT(*) OVER (PARTITION BY s.event_id) AS owners
          FROM import_staged s WHERE s.done IS NULL AND s.role = 'owner') o
     WHERE owners > 1 ORDER BY line
"""
