#!/usr/bin/env python
"""Print, as NAME=value lines, the addresses of a real PostgreSQL and Redis that answer on this machine's usual ports.

The tests make and drop a database of their own beside the one named. Of Redis only a database that is empty is named,
since tests clear their cache, which empties it.
"""

import psycopg
import redis

SECONDS = 3
POSTGRES = "postgres://postgres@127.0.0.1:5432"
REDIS = "redis://127.0.0.1:6379"


def postgres_url() -> str | None:
    """Return the address for tests on a real PostgreSQL, or None where none lets us in."""
    try:
        psycopg.connect(f"{POSTGRES}/postgres", connect_timeout=SECONDS).close()
    except psycopg.OperationalError:
        return None
    return f"{POSTGRES}/event_crm_ci"


def redis_url() -> str | None:
    """Return the address of the highest empty database of a real Redis, or None."""
    for number in reversed(range(16)):
        url = f"{REDIS}/{number}"
        try:
            with redis.Redis.from_url(url, socket_timeout=SECONDS, socket_connect_timeout=SECONDS) as client:
                if client.dbsize() == 0:
                    return url
        except redis.RedisError:
            return None
    return None


if __name__ == "__main__":
    for name, url in {"REAL_DATABASE_URL": postgres_url(), "REAL_REDIS_URL": redis_url()}.items():
        if url:
            print(f"{name}={url}")  # noqa: T201 — its output is its answer
