"""Django's cache on the embedded Valkey, which the first connection starts."""

import socket
from typing import Any

import redis

from crm_project import embedded
from crm_project.cache import PrefixedCache


class Connection(redis.UnixDomainSocketConnection):
    def _connect(self) -> socket.socket:
        """Connect, and have the server started before where it does not run."""
        try:
            embedded.valkey().ensure()
        except embedded.EmbeddedServerError as error:
            # To the cache's callers this is a Redis that is out of reach.
            raise redis.ConnectionError(str(error)) from error
        connected: socket.socket = super()._connect()  # type: ignore[no-untyped-call]  # redis has no annotation here
        return connected


class ValkeyCache(PrefixedCache):
    def __init__(self, server: str, params: dict[str, Any]) -> None:
        options = params.get("OPTIONS", {}) | {"connection_class": Connection}
        super().__init__(server, params | {"OPTIONS": options})
