"""A hard end to an exchange: a socket's own time-out counts from the last byte, and a server may send one a minute."""

import math
import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

AGAIN = 0.1


class Watchdog:
    """Breaks a connection that is busy for too long.

    One thread watches over all exchanges of a transport: starting one for each cost as much as building the message.
    It is not woken for an exchange that ends later than the one before, and finds out when that would have ended.
    """

    def __init__(self) -> None:
        self._changed = threading.Condition()
        self._connection: smtplib.SMTP | None = None
        self._ends = self._wakes = math.inf
        self._thread: threading.Thread | None = None

    @contextmanager
    def cut_off(self, connection: smtplib.SMTP, ends: float) -> Iterator[None]:
        """Break ``connection`` at ``ends`` (by the monotonic clock) if the block is still running then."""
        with self._changed:
            self._connection, self._ends = connection, ends
            if self._thread is None:
                self._thread = threading.Thread(target=self._watch, daemon=True)
                self._thread.start()
            elif ends < self._wakes:
                self._changed.notify()
        try:
            yield
        finally:
            with self._changed:
                self._connection = None

    def close(self) -> None:
        """End the thread; the next exchange starts another."""
        with self._changed:
            self._thread = None
            self._changed.notify_all()

    def _watch(self) -> None:
        with self._changed:
            while self._thread is threading.current_thread():
                now = monotonic()
                if self._connection is None:
                    self._wakes = math.inf
                elif self._ends > now:
                    self._wakes = self._ends
                else:
                    _break(self._connection)
                    self._wakes = now + AGAIN  # there may be no socket yet, or TLS may put another in its place
                self._changed.wait(None if self._wakes == math.inf else self._wakes - now)


def _break(connection: smtplib.SMTP) -> None:
    if connection.sock:
        with suppress(OSError):  # it was closed at the same moment
            # The plain socket's method: that of a TLS socket would pull the rug from under the reading thread.
            socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
