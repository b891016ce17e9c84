"""Turns at the seats of an event: in a burst of registrations most threads of a web process are left for other pages.

The seats are locked by one transaction at a time anyway, so more threads at them would only wait in PostgreSQL. Taken
by what answers requests, around the services and before their transactions; commands and workers take none.
"""

from collections.abc import Iterator
from contextlib import contextmanager
from uuid import UUID

from django.conf import settings
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from api.bulkheads import Bulkhead
from api.exceptions import Crowded

# With two waiting six of a process's eight threads at most, however many events are full of people at once.
OWN = Bulkhead(inside=4, waiting=settings.REGISTRATIONS_WAITING, patience=1.0)
# Who leads an event has turns of their own, so that no burst keeps anybody from the door; they are few and wait longer.
LEADING = Bulkhead(inside=2, waiting=4, patience=3.0)


@contextmanager
def turn_at(event_id: UUID, *, leads: bool) -> Iterator[None]:
    """Have a turn at the seats of an event. Raises ``Crowded`` without one, and where the lock is not had in time."""
    with (LEADING if leads else OWN).turn(event_id):
        try:
            yield
        except OperationalError as error:
            if isinstance(error.__cause__, LockNotAvailable):
                raise Crowded(1) from error
            raise
