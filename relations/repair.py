"""The repair of drifted counters, beside a site that goes on writing.

A counter changes only under the lock of its row, so who holds that lock may count: what others have not committed is
not counted, and is added to the repaired row once they get the lock.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager

from django.db import connection
from django.db.backends.utils import CursorWrapper

from api.transactions import locking
from relations.counts import COUNTED, EVENTS_TABLE, PEOPLE_TABLE, SEATED, Drift, find_drift

_MAKE_CAPACITIES = """
    INSERT INTO relations_eventcapacity (event_id) SELECT unnest(%s::uuid[]) ON CONFLICT (event_id) DO NOTHING
"""
_MAKE_COUNTS = "INSERT INTO users_eventcounts (user_id) SELECT unnest(%s::uuid[]) ON CONFLICT (user_id) DO NOTHING"
_LOCK_CAPACITIES = """
    SELECT FROM relations_eventcapacity WHERE event_id = ANY(%s::uuid[]) ORDER BY event_id FOR NO KEY UPDATE
"""
_LOCK_COUNTS = "SELECT FROM users_eventcounts WHERE user_id = ANY(%s::uuid[]) ORDER BY user_id FOR NO KEY UPDATE"
_SET_CAPACITIES = f"""
    UPDATE relations_eventcapacity s SET taken = COALESCE(c.taken, 0), waiting = COALESCE(c.waiting, 0),
           next_seq = GREATEST(s.next_seq, c.next_seq)
      FROM unnest(%s::uuid[]) d (id)
      LEFT JOIN ({SEATED.format(where="WHERE event_id = ANY(%s::uuid[])")}) c ON c.event_id = d.id
     WHERE s.event_id = d.id
"""  # noqa: S608  # a constant
_SET_COUNTS = f"""
    UPDATE users_eventcounts s SET hosted = COALESCE(c.hosted, 0), attended = COALESCE(c.attended, 0)
      FROM unnest(%s::uuid[]) d (id)
      LEFT JOIN ({COUNTED.format(where="WHERE user_id = ANY(%s::uuid[])")}) c ON c.user_id = d.id
     WHERE s.user_id = d.id
"""  # noqa: S608  # a constant


def repair_drift() -> list[Drift]:
    """Set every drifted counter to what is counted, make rows that are missing, and return what was wrong.

    Locks drifted rows alone, in the order of the triggers: capacities by event, then counts by person.
    """
    drifted = find_drift()
    if any(row.stored is None for row in drifted):
        _make_missing(*_ids(row for row in drifted if row.stored is None))
        _wait_for_writers()
    _count_anew(*_ids(drifted))
    return drifted


@locking
def _make_missing(events: list[str], people: list[str]) -> None:
    with _repairing() as cursor:
        cursor.execute(_MAKE_CAPACITIES, [events])
        cursor.execute(_MAKE_COUNTS, [people])


@locking
def _wait_for_writers() -> None:
    """Let end who may have changed relations while a row was missing; later ones find it."""
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE relations_usereventrelation IN SHARE MODE")


@locking
def _count_anew(events: list[str], people: list[str]) -> None:
    """Lock, then count in another statement, which under READ COMMITTED sees what the lock waited for."""
    with _repairing() as cursor:
        for lock, count, ids in ((_LOCK_CAPACITIES, _SET_CAPACITIES, events), (_LOCK_COUNTS, _SET_COUNTS, people)):
            cursor.execute(lock, [ids])
            cursor.execute(count, [ids, ids])


@contextmanager
def _repairing() -> Iterator[CursorWrapper]:
    """Let counts be written within the block; the flag ends with the caller's transaction at the latest."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        yield cursor
        cursor.execute("SELECT set_config('crm.repair', '', true)")


def _ids(drifted: Iterable[Drift]) -> tuple[list[str], list[str]]:
    """Return the ids of the events and of the people among ``drifted``."""
    rows = list(drifted)
    events, people = ([row.id for row in rows if row.table == table] for table in (EVENTS_TABLE, PEOPLE_TABLE))
    return events, people
