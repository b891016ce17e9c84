"""What REDIS_URL may say."""

import os
import subprocess
import sys

import pytest
from django.conf import settings
from django.core.exceptions import ImproperlyConfigured

from crm_project.redis_url import redis_url


@pytest.mark.parametrize(
    "url",
    [
        "",
        "redis://cache.example.com",
        "redis://127.0.0.1:6379/0",
        "rediss://user:pass%2Fword@cache.example.com:6380/",
        "redis://[::1]:6379/1?health_check_interval=30",
    ],
)
def test_url_that_names_a_redis_is_taken_as_it_is(url: str) -> None:
    assert redis_url(url) == url


@pytest.mark.parametrize(
    "url",
    [
        "cache.example.com:6379",
        "amqp://guest:secret@rabbit.example.com//",
        "redis://",
        "redis:///0",
        "redis://cache.example.com:port",
        "redis://cache.example.com:70000",
        "redis://cache.example.com:0",
        "redis://cache.example.com/sessions",
        "redis://cache.example.com/0?socket_timeout=soon",
        "redis://[::1",
        "unix:///run/valkey.sock",
    ],
)
def test_url_that_names_none_is_refused_without_its_password(url: str) -> None:
    with pytest.raises(ImproperlyConfigured, match="REDIS_URL names no Redis") as caught:
        redis_url(url)

    assert "secret" not in str(caught.value)


def test_nothing_starts_with_such_a_url() -> None:
    ended = subprocess.run(
        [sys.executable, "manage.py", "check"],
        cwd=settings.BASE_DIR,
        env=os.environ | {"REDIS_URL": "amqp://guest:secret@rabbit.example.com//"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert ended.returncode == 2
    assert ended.stderr.startswith("REDIS_URL names no Redis.")
