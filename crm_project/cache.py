"""Django's cache on a Redis of which it has only a part: ``REDIS_URL`` names one database, in which the queue lies too.

Another database of the same server would keep them apart as well, but some providers offer number 0 alone.
"""

from collections.abc import Iterator
from itertools import islice
from typing import Any

from django.core.cache.backends.redis import RedisCache, RedisCacheClient

AT_ONCE = 1_000


class KeptClients(RedisCacheClient):
    """Django's client, which makes a client of redis for each call: that costs more than most calls."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self._clients: dict[Any, Any] = {}

    def get_client(self, key: Any = None, *, write: bool = False) -> Any:
        """Return the one client of the server's pool, which any number of threads may use."""
        pool = self._get_connection_pool(write)  # type: ignore[attr-defined]  # not in the stubs
        if pool not in self._clients:
            self._clients[pool] = self._client(connection_pool=pool)  # type: ignore[attr-defined]  # as above
        return self._clients[pool]


class PrefixedCache(RedisCache):
    """A cache that ends where its ``KEY_PREFIX`` does."""

    def __init__(self, server: str, params: dict[str, Any]) -> None:
        super().__init__(server, params)
        self._class = KeptClients

    def clear(self) -> None:
        """Remove the keys with the prefix and no others. Walks through all keys of the database, blocking none."""
        client = self._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # not in the stubs
        keys: Iterator[bytes] = client.scan_iter(match=f"{self.key_prefix}:*", count=AT_ONCE)
        while some := list(islice(keys, AT_ONCE)):
            client.unlink(*some)
