"""Telling the workers that there is something to do. The broker is a doorbell: a ring that is lost costs one tick."""

from celery import current_app
from django.db import transaction

from mailing.policy import TICK

PUMP = "mailing.tasks.pump"
REMIND = "mailing.remind"


def ring() -> None:
    """Wake a worker once the transaction has committed. Without a broker (Django logs it) the next tick does."""
    transaction.on_commit(ring_now, robust=True)


def ring_now() -> None:
    """Wake a worker: try once, and let the ring fade when nobody hears it before the next tick."""
    current_app.send_task(PUMP, expires=TICK, retry=False, ignore_result=True)
