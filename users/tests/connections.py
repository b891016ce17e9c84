"""Other connections to the test's database, and what they hold or wait for."""

import time
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import connect

SECONDS = 20
_WAITED_FOR = """
    SELECT EXISTS (SELECT FROM pg_locks WHERE NOT granted AND pg_backend_pid() = ANY(pg_blocking_pids(pid)))
"""


@contextmanager
def held_elsewhere(statement: str, *values: object) -> Iterator[None]:
    """Run ``statement`` in another connection, whose transaction stays open meanwhile."""
    found = connection.settings_dict
    with connect(
        host=found["HOST"],
        port=found["PORT"] or 5432,
        user=found["USER"],
        password=found["PASSWORD"] or None,
        dbname=found["NAME"],
    ) as other:
        other.execute(statement, values)
        yield
        other.rollback()


def until_waited_for() -> None:
    """Return as soon as another connection waits for a lock that this one holds."""
    deadline = time.monotonic() + SECONDS
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(_WAITED_FOR)
            if cursor.fetchone() == (True,):
                return
            time.sleep(0.01)
    raise AssertionError("Nobody waits for this connection.")
