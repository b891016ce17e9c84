"""A hard end to an exchange: a socket's own time-out counts from the last byte, and a server may send one a minute."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from time import monotonic

AGAIN = 0.1


@contextmanager
def cut_off(connection: smtplib.SMTP, ends: float) -> Iterator[None]:
    """Break ``connection`` at ``ends`` (by the monotonic clock) if the block is still running then."""
    done = threading.Event()
    threading.Thread(target=_watch, args=(connection, ends, done), daemon=True).start()
    try:
        yield
    finally:
        done.set()


def _watch(connection: smtplib.SMTP, ends: float, done: threading.Event) -> None:
    late = not done.wait(max(ends - monotonic(), 0))
    while late:
        if connection.sock:
            with suppress(OSError):  # it was closed at the same moment
                # The plain socket's method: that of a TLS socket would pull the rug from under the reading thread.
                socket.socket.shutdown(connection.sock, socket.SHUT_RDWR)
        late = not done.wait(AGAIN)  # there may have been no socket yet, or TLS may have put another in its place
