"""The embedded Valkey, as broker and as cache."""

from pathlib import Path

import pytest
import redis
from django.core.cache import BaseCache
from pytest_django import Settings

from crm_project import embedded
from crm_project.celery import start_embedded_broker
from crm_project.embedded.cache import ValkeyCache
from crm_project.embedded.valkey_server import Valkey


@pytest.fixture
def valkey(var: Path) -> Valkey:
    return embedded.valkey()


@pytest.fixture
def cache(valkey: Valkey) -> BaseCache:
    return ValkeyCache(f"unix://{valkey.socket}", {"OPTIONS": {}})


def kill(valkey: Valkey) -> None:
    process = valkey.process()
    assert process
    process.kill()
    process.wait()


def test_start_when_nothing_is_there_answers_on_a_socket_and_keeps_nothing_on_disk(valkey: Valkey) -> None:
    assert valkey.start() is True

    with redis.Redis(unix_socket_path=str(valkey.socket)) as client:
        wanted = ("port", "save", "appendonly", "maxmemory-policy")
        found = {name: client.config_get(name)[name] for name in wanted}
    assert found == {"port": "0", "save": "", "appendonly": "no", "maxmemory-policy": "noeviction"}


def test_start_after_kill_runs_again(valkey: Valkey) -> None:
    valkey.start()
    kill(valkey)

    assert valkey.start() is True
    assert valkey.answers()


def test_stop_leaves_no_process_and_no_socket(valkey: Valkey) -> None:
    valkey.start()

    assert valkey.stop() is True
    assert valkey.status().pid is None
    assert not valkey.home.sockets.exists()


def test_cache_when_first_used_starts_it(cache: BaseCache) -> None:
    cache.set("place", "Berlin")

    assert cache.get("place") == "Berlin"


def test_cache_after_kill_is_empty_and_works(cache: BaseCache, valkey: Valkey) -> None:
    cache.set("place", "Berlin")
    kill(valkey)
    fresh = ValkeyCache(f"unix://{valkey.socket}", {"OPTIONS": {}})

    assert fresh.get("place") is None
    assert valkey.answers()


def test_cache_that_cannot_start_it_is_a_redis_out_of_reach(cache: BaseCache, valkey: Valkey) -> None:
    valkey.home.sockets.write_text("in the way")

    with pytest.raises(redis.ConnectionError, match="not a private folder"):
        cache.get("place")

    valkey.home.sockets.unlink()


def test_broker_signal_without_redis_url_starts_it(valkey: Valkey, settings: Settings) -> None:
    settings.REDIS_URL = ""

    start_embedded_broker(sender=None)

    assert valkey.answers()


def test_broker_signal_with_redis_url_starts_nothing(valkey: Valkey, settings: Settings) -> None:
    settings.REDIS_URL = "redis://cache.example.com"

    start_embedded_broker(sender=None)

    assert valkey.process() is None
