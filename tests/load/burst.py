"""Customers who all register for one event at the same time, while others read about other events."""

import os
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from http import HTTPStatus
from itertools import cycle
from statistics import quantiles
from threading import Event as Flag
from typing import Any

from tests.load.calls import NO_ANSWER, Answer, call
from tests.load.site import Site

CUSTOMERS = 10_000 if os.environ.get("PROVE") else 200
CALLERS = 32
READERS = 2
# Seconds to begin, and the fewest customers a second that are waited for.
PATIENCE, SLOWEST = 120, 5
COME_BACK = {HTTPStatus.SERVICE_UNAVAILABLE, HTTPStatus.TOO_MANY_REQUESTS}


class Burst:
    """Everybody registers, and comes back when told to or where no answer came; every answer is kept.

    For one event, or in turn for several; ``callers`` of them come at a time.
    """

    def __init__(self, port: int, events: Sequence[str], tokens: dict[str, str], *, callers: int = CALLERS) -> None:
        self._port, self._tokens, self._callers = port, tokens, callers
        self._paths = [f"/api/v1/events/{event}/registrations/" for event in events]
        self.answers: list[Answer] = []
        self.most_calls = 0
        self.created: list[str] = []
        self._ends = time.monotonic() + PATIENCE + len(tokens) / SLOWEST

    def run(self, meanwhile: Callable[[], object] = lambda: None) -> None:
        """Let everybody come, do something else ``meanwhile``, and return when all know where they are."""
        with ThreadPoolExecutor(self._callers) as threads:
            everybody = zip(cycle(self._paths), self._tokens.items(), strict=False)
            coming = [threads.submit(self._come, path, *one) for path, one in everybody]
            meanwhile()
            for one in coming:
                one.result()

    def until(self, share: float) -> None:
        """Wait until this share of the customers know that they are in."""
        while len(self.created) < share * len(self._tokens):
            assert time.monotonic() < self._ends, "waited in vain"
            time.sleep(0.01)

    def statuses(self) -> Counter[int]:
        """Return how often each status was answered."""
        return Counter(answer.status for answer in self.answers)

    def rude(self) -> list[Answer]:
        """Return the answers that ask to come back and do not say when."""
        return [answer for answer in self.answers if answer.status in COME_BACK and not answer.retry_after]

    def _come(self, path: str, person: str, token: str) -> None:
        calls = 0
        while time.monotonic() < self._ends:
            answer = call(self._port, "POST", path, token)
            self.answers.append(answer)
            calls += 1
            self.most_calls = max(self.most_calls, calls)
            if answer.status == HTTPStatus.CREATED:
                self.created.append(person)
            if answer.status not in {NO_ANSWER, *COME_BACK}:
                return
            time.sleep(float(answer.retry_after or 0.2))
        raise AssertionError("came back in vain")


class Readers:
    """Customers who read about other events, one page after the other."""

    def __init__(self, port: int, events: Sequence[str], token: str) -> None:
        self._port, self._token = port, token
        self._paths = [f"/api/v1/events/{event}/" for event in events] + ["/api/v1/events/?limit=20"]
        self.answers: list[Answer] = []

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Read for as long as the block takes."""
        enough = Flag()
        with ThreadPoolExecutor(READERS) as threads:
            reading = [threads.submit(self._read, enough) for _ in range(READERS)]
            try:
                yield
            finally:
                enough.set()
            for one in reading:
                one.result()

    def p95(self) -> int:
        """Return within how many milliseconds 95 of 100 answers came, and forget the answers."""
        times = [answer.seconds for answer in self.answers if answer.status == HTTPStatus.OK]
        self.answers.clear()
        return round(1000 * quantiles(times, n=20)[-1])

    def _read(self, enough: Flag) -> None:
        for path in cycle(self._paths):
            self.answers.append(call(self._port, "GET", path, self._token))
            if enough.is_set():
                return


def assert_all_are_in(site: Site, burst: Burst, stage: dict[str, Any]) -> None:
    """Look at what must hold whatever was killed: who got a 201 is in, seats and order are right, mails are written."""
    found, places = site.ask("weigh", stage["event"]), CUSTOMERS // 2
    in_order = [["confirmed", "waitlisted"][seq > places] for seq in range(1, CUSTOMERS + 1)]
    assert set(burst.created) <= set(found["people"])
    assert sorted(found["people"]) == sorted(stage["tokens"])
    assert found["order"] == [[seq, status] for seq, status in enumerate(in_order, 1)]
    assert found["seats"] == [places, CUSTOMERS - places, CUSTOMERS + 1]
    assert (found["lines"], found["mails"], found["mailed_twice"]) == (CUSTOMERS, CUSTOMERS, 0)
    assert (found["drift"], found["faults"]) == (0, 0)
