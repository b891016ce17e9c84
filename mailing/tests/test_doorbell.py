"""The doorbell is rung once until a worker answers, and again after that."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection, transaction
from redis import Redis

from mailing import policy
from mailing.doorbell import RUNG, answer, ring, ring_now
from mailing.tasks import pump

pytestmark = pytest.mark.database
QUEUE = "celery"


@pytest.fixture
def broker() -> Iterator[Redis]:
    """Return the broker's Redis, with an empty queue before and after."""
    with Redis.from_url(str(settings.CELERY_BROKER_URL).replace("redis+socket://", "unix://")) as client:
        client.delete(QUEUE)
        yield client
        client.delete(QUEUE)


def test_rings_that_nobody_has_answered_are_one(broker: Redis) -> None:
    for _time in range(3):
        ring_now()

    assert broker.llen(QUEUE) == 1


def test_ring_after_the_answer_rings_again(broker: Redis) -> None:
    ring_now()
    answer()
    ring_now()

    assert broker.llen(QUEUE) == 2


def test_ring_that_nobody_answers_is_forgotten_with_the_tick(broker: Redis) -> None:
    ring_now()

    assert 0 < broker.pttl(cache.make_key(RUNG)) <= policy.TICK * 1000


@pytest.mark.django_db(transaction=True)
def test_each_commit_rings_and_a_rollback_does_not(broker: Redis) -> None:
    with transaction.atomic():
        ring()
        transaction.set_rollback(True)
    assert broker.llen(QUEUE) == 0

    with transaction.atomic():
        ring()
    assert broker.llen(QUEUE) == 1


@pytest.mark.django_db
def test_worker_answers_before_it_looks(broker: Redis) -> None:
    """What is stored while it looks, and may have been missed, rings for the next."""
    ring_now()

    def ring_meanwhile(execute: Callable[..., Any], *args: Any) -> Any:
        ring_now()
        return execute(*args)

    with connection.execute_wrapper(ring_meanwhile):
        pump()

    assert broker.llen(QUEUE) == 2
