"""Django's cache on a Redis of which it has only a part: ``REDIS_URL`` names one database, in which the queue lies too.

Another database of the same server would keep them apart as well, but some providers offer number 0 alone.
"""

from collections.abc import Iterator
from itertools import islice

from django.core.cache.backends.redis import RedisCache

AT_ONCE = 1_000


class PrefixedCache(RedisCache):
    """A cache that ends where its ``KEY_PREFIX`` does."""

    def clear(self) -> None:
        """Remove the keys with the prefix and no others. Walks through all keys of the database, blocking none."""
        client = self._cache.get_client(None, write=True)  # type: ignore[attr-defined]  # not in the stubs
        keys: Iterator[bytes] = client.scan_iter(match=f"{self.key_prefix}:*", count=AT_ONCE)
        while some := list(islice(keys, AT_ONCE)):
            client.unlink(*some)
