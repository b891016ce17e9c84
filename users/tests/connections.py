"""Another connection to the test's database, for what others hold."""

from collections.abc import Iterator
from contextlib import contextmanager

from django.db import connection
from psycopg import connect


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
