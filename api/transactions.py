"""How services run their transactions: bounded waits for locks, and another try after a deadlock."""

import functools
import logging
import random
import time
from collections.abc import Callable
from typing import ParamSpec, TypeVar

from django.db import OperationalError, connection, transaction
from psycopg import errors

from api.statements import Statement, send

LOCK_TIMEOUT = "3s"
P = ParamSpec("P")
R = TypeVar("R")

TRIES = 4
logger = logging.getLogger(__name__)


def bounding() -> Statement:
    """Return the statement by which the rest of a transaction waits for a lock no longer than ``LOCK_TIMEOUT``."""
    return "SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT]


def locking(service: Callable[P, R]) -> Callable[P, R]:
    """Run ``service`` in one transaction with a lock time-out of three seconds.

    A deadlock or serialization failure is tried again up to three times, unless the caller holds a transaction
    already: then only the caller can begin anew. Raises ``OperationalError`` when a lock is not had in time.
    """

    def bounded(*args: P.args, **kwargs: P.kwargs) -> R:
        send(bounding())
        return service(*args, **kwargs)

    return locking_first(functools.wraps(service)(bounded))


def locking_first(service: Callable[P, R]) -> Callable[P, R]:
    """Run ``service`` as ``locking`` does; it begins with a lock, and sends ``bounding`` along."""

    @functools.wraps(service)
    def run(*args: P.args, **kwargs: P.kwargs) -> R:
        outermost = not connection.in_atomic_block
        for attempt in range(1, TRIES + 1):
            try:
                with transaction.atomic():
                    return service(*args, **kwargs)
            except OperationalError as error:
                again = isinstance(error.__cause__, errors.DeadlockDetected | errors.SerializationFailure)
                if not (again and outermost and attempt < TRIES):
                    raise
                logger.warning("%s met %s: attempt %s", service.__name__, type(error.__cause__).__name__, attempt)
                time.sleep(random.uniform(0, 0.05 * attempt))  # noqa: S311  # jitter, not a secret
        raise AssertionError  # the last attempt returned or raised

    return run
