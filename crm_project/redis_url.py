"""What ``REDIS_URL`` may say: a Redis or Valkey, or nothing."""

import re
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from redis.connection import parse_url

SCHEMES = ("redis", "rediss")
DATABASE = re.compile(r"/?[0-9]{0,9}")


def redis_url(url: str) -> str:
    """Return ``url`` if cache and queue can use it: ``redis://user:password@host:port/number``, ``rediss`` for TLS.

    Raises ``ImproperlyConfigured``, which does not repeat the password.
    """
    if not url:
        return url
    try:
        parts = urlsplit(url)
        usable = parts.scheme in SCHEMES and parts.hostname and parts.port != 0 and DATABASE.fullmatch(parts.path)
        parse_url(url)  # type: ignore[no-untyped-call]  # not annotated there
    except ValueError:
        usable = False
    if not usable:
        raise ImproperlyConfigured(
            "REDIS_URL names no Redis. Write it as redis://user:password@host:6379/0, with rediss:// for TLS."
        )
    return url
