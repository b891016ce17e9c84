"""One process at a time imports a given file; a second one waits, then finds what the first has done."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager

from django.db import connection

_TRY = "SELECT pg_try_advisory_xact_lock(hashtextextended(%s, 0))"
_WAIT = "SELECT pg_advisory_xact_lock(hashtextextended(%s, 0))"


@contextmanager
def alone(key: str, *, when_waiting: Callable[[], None]) -> Iterator[None]:
    """Hold the lock named ``key`` within the block, on a connection of its own.

    The lock belongs to an open transaction, so a pooler keeps it in place, and it ends with the process however that
    ends. The transaction holds no snapshot: it does not keep VACUUM from its work.
    """
    holder = connection.copy()
    try:
        with holder.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute(_TRY, [key])
            if not cursor.fetchone()[0]:
                when_waiting()
                cursor.execute(_WAIT, [key])
            yield
    finally:
        holder.close()
