"""The watchdog of the mail's connections: it breaks what takes too long, and nothing else."""

import smtplib
import socket
import threading
from collections.abc import Iterator
from time import monotonic, sleep

import pytest

from mailing.tests.workers import until
from mailing.transports.deadline import Watchdog

LONG = 60.0


class Line:
    """A connection and its other end, which says nothing."""

    def __init__(self) -> None:
        self.ours, self.theirs = socket.socketpair()
        self.ours.settimeout(LONG)
        self.connection = smtplib.SMTP()
        self.connection.sock = self.ours

    def wait_in_vain(self) -> float:
        """Wait until the connection is broken, and return how long it took."""
        begun = monotonic()
        assert self.ours.recv(1) == b""
        return monotonic() - begun


@pytest.fixture
def line() -> Iterator[Line]:
    opened = Line()
    yield opened
    opened.ours.close()
    opened.theirs.close()


@pytest.fixture
def watchdog() -> Iterator[Watchdog]:
    before = threading.active_count()
    dog = Watchdog()
    yield dog
    dog.close()
    until(lambda: threading.active_count() == before)


def test_exchange_is_broken_at_its_end(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + 0.2):
        assert 0.1 < line.wait_in_vain() < 5


def test_exchange_that_is_over_is_not_broken(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        pass
    sleep(0.3)

    line.theirs.send(b"x")
    assert line.ours.recv(1) == b"x"


def test_next_exchange_is_broken_at_its_own_end(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        pass
    with watchdog.cut_off(line.connection, monotonic() + 0.5):
        assert 0.3 < line.wait_in_vain() < 5


def test_exchange_after_a_rest_is_broken(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        pass
    sleep(0.3)

    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        assert line.wait_in_vain() < 5


def test_exchange_that_ends_earlier_than_the_last_is_broken(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + LONG):
        pass
    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        assert line.wait_in_vain() < 5


def test_connection_whose_socket_comes_late_is_broken(watchdog: Watchdog, line: Line) -> None:
    line.connection.sock = None
    with watchdog.cut_off(line.connection, monotonic()):
        sleep(0.2)
        line.connection.sock = line.ours
        assert line.wait_in_vain() < 5


def test_one_thread_watches_over_all_exchanges(watchdog: Watchdog, line: Line) -> None:
    before = threading.active_count()

    for _message in range(100):
        with watchdog.cut_off(line.connection, monotonic() + LONG):
            assert threading.active_count() == before + 1


def test_closed_watchdog_can_be_used_again(watchdog: Watchdog, line: Line) -> None:
    with watchdog.cut_off(line.connection, monotonic() + LONG):
        pass
    watchdog.close()

    with watchdog.cut_off(line.connection, monotonic() + 0.1):
        assert line.wait_in_vain() < 5
