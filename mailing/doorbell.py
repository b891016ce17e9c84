"""Telling the workers that there is something to do. The broker is a doorbell: a ring that is lost costs one tick."""

from celery import current_app
from django.core.cache import cache
from django.db import transaction

from mailing.policy import TICK

PUMP = "mailing.tasks.pump"
REMIND = "mailing.remind"
RUNG = "mailing.rung"  # somebody has rung, and no worker has come yet


def ring() -> None:
    """Wake a worker once the transaction has committed. Without a broker (Django logs it) the next tick does."""
    transaction.on_commit(ring_now, robust=True)


def ring_now() -> None:
    """Wake a worker: try once, and let the ring fade when nobody hears it before the next tick.

    Where somebody has rung already it is left at that: the worker who comes looks at what is stored by then.
    """
    if cache.add(RUNG, 1, timeout=TICK):
        current_app.send_task(PUMP, expires=TICK, retry=False, ignore_result=True)


def answer() -> None:
    """Let the bell ring again: a worker has come. It says so before it looks, so that it misses nothing."""
    cache.delete(RUNG)
