"""The cache and the broker in one database of one Redis."""

from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from redis import Redis

from crm_project.cache import AT_ONCE
from mailing.doorbell import ring_now

pytestmark = pytest.mark.database
QUEUE = "celery"


@pytest.fixture
def broker() -> Iterator[Redis]:
    """Return the broker's Redis, with an empty queue before and after."""
    cache.set("starts", "the embedded one")
    with Redis.from_url(str(settings.CELERY_BROKER_URL).replace("redis+socket://", "unix://")) as client:
        client.delete(QUEUE)
        yield client
        client.delete(QUEUE)


def test_clearing_the_cache_leaves_the_queue(broker: Redis) -> None:
    ring_now()
    assert broker.llen(QUEUE) == 1
    cache.set("place", "Berlin")

    cache.clear()

    assert (cache.get("place"), broker.llen(QUEUE)) == (None, 1)


def test_cache_and_broker_share_a_database(broker: Redis) -> None:
    """Else the test above would show nothing."""
    cache.set("place", "Berlin")

    assert broker.exists(cache.make_key("place"))


def test_clearing_removes_more_keys_than_are_read_at_once() -> None:
    cache.set_many({str(number): number for number in range(2 * AT_ONCE + 1)})

    cache.clear()

    assert cache.get_many([str(number) for number in range(2 * AT_ONCE + 1)]) == {}


def test_clearing_leaves_what_another_site_has_cached(broker: Redis) -> None:
    broker.set("event_crm_of_another:1:place", "Berlin", ex=60)

    cache.clear()

    assert broker.delete("event_crm_of_another:1:place") == 1
