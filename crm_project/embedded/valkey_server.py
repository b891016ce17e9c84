"""The embedded Valkey: Celery's doorbell and the cache. It keeps nothing on disk."""

import socket
from pathlib import Path

import psutil

from crm_project.embedded.programs import VALKEY
from crm_project.embedded.server import Server

SECONDS_TO_PONG = 3
PONG = b"+PONG\r\n"
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
        """Ask it in its own words: who publishes does so each time, and a client costs more than publishing."""
        try:
            with socket.socket(socket.AF_UNIX) as asking:
                asking.settimeout(SECONDS_TO_PONG)
                asking.connect(str(self.socket))
                asking.sendall(b"PING\r\n")
                return asking.recv(len(PONG)) == PONG
        except OSError:
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
