"""Variables of the environment as what they stand for: one that makes no sense is refused by its name."""

import re
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.core.exceptions import ImproperlyConfigured
from environ import Env

# As api.throttles reads them; an empty one is no limit.
RATE = re.compile(r"([0-9]{1,9} */ *(s|sec|second|m|min|minute|h|hour|d|day))?")
POSTGRESQL = "django.db.backends.postgresql"


def whole_number(variable: str, text: str, *, default: int) -> int:
    """Read a number from 0 up; ``default`` for nothing. Raises ``ImproperlyConfigured``."""
    if not text.strip():
        return default
    if not re.fullmatch(r"[0-9]{1,15}", text.strip()):
        raise ImproperlyConfigured(f"{variable} is {text!r}. Write a whole number, such as {default}.")
    return int(text)


def rates(variable: str, text: str, *, defaults: Mapping[str, str]) -> dict[str, str]:
    """Return ``defaults`` with what ``user=1200/min,mail=60/hour`` changes. Raises ``ImproperlyConfigured``."""
    changed = {}
    for part in filter(str.strip, text.split(",")):
        name, equals, rate = (piece.strip() for piece in part.partition("="))
        if not equals or name not in defaults or not RATE.fullmatch(rate):
            raise ImproperlyConfigured(
                f"{variable} holds {part.strip()!r}. Write it as user=1200/min,mail=60/hour, per s, min, hour or day; "
                f"possible names: {', '.join(defaults)}."
            )
        changed[name] = rate
    return {**defaults, **changed}


def database(variable: str, url: str) -> dict[str, Any]:
    """Return Django's settings for a PostgreSQL. Raises ``ImproperlyConfigured``, which repeats no password."""
    try:
        settings: dict[str, Any] = Env.db_url_config(url) if urlsplit(url).scheme.startswith("p") else {}
    except ValueError:  # a port that is no number, half an IPv6 address
        settings = {}
    if settings.get("ENGINE") != POSTGRESQL or not settings.get("NAME"):
        raise ImproperlyConfigured(
            f"{variable} names no database. Write it as postgres://user:password@host:5432/name."
        )
    return settings
