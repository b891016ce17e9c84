"""Telling the workers that attendees of a closed event are to be settled. A ring that is lost costs one tick."""

from celery import current_app
from django.db import transaction

SETTLE = "relations.settle"
EXPIRE_OFFERS = "relations.expire_offers"
TICK = 60  # seconds between two rounds of beat


def ring_to_settle() -> None:
    """Wake a worker once the transaction has committed. Without a broker (Django logs it) the next tick does."""
    transaction.on_commit(_ring_now, robust=True)


def _ring_now() -> None:
    current_app.send_task(SETTLE, expires=TICK, retry=False, ignore_result=True)
