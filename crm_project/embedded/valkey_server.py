"""The embedded Valkey: Celery's doorbell and the cache. It keeps nothing on disk."""

from pathlib import Path

import psutil
import redis
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm_project.embedded.programs import VALKEY
from crm_project.embedded.server import Server

NEVER = Retry(NoBackoff(), retries=0)
OPTIONS = {
    "port": "0",
    "unixsocketperm": "700",
    "save": "",
    "appendonly": "no",
    "maxmemory": "256mb",
    "maxmemory-policy": "noeviction",
    "databases": "64",
    "daemonize": "yes",
    "pidfile": "valkey.pid",
    "set-proc-title": "no",
}


def socket_in(sockets: Path) -> Path:
    """Return the path of the socket in a home's folder of sockets."""
    return sockets / "valkey.sock"


class Valkey(Server):
    name = "Valkey"
    program = "valkey-server"

    @property
    def folder(self) -> Path:
        return self.home.folder / "valkey"

    @property
    def socket(self) -> Path:
        return socket_in(self.home.sockets)

    def answers(self) -> bool:
        try:
            with redis.Redis(unix_socket_path=str(self.socket), socket_timeout=3, retry=NEVER) as client:
                return bool(client.ping())
        except redis.RedisError:
            return False

    def _is_made(self) -> bool:
        return self.folder.exists()

    def _make(self) -> None:
        self.home.make_private(self.folder)

    def _launch(self) -> None:
        options = OPTIONS | {"unixsocket": str(self.socket)}
        words = [word for name, value in options.items() for word in (f"--{name}", value)]
        self._run(VALKEY.reachable(self.home) / VALKEY.program, *words)

    def _ask_to_end(self, process: psutil.Process) -> None:
        process.terminate()
