"""Narrow places that many come to at once: few threads of a process pass or wait there, so that others answer others.

For threads alone: who waits, waits in the thread, and holds neither a lock of the database nor a transaction.
"""

import threading
import time
from collections.abc import Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field

from api.exceptions import Crowded

# Seconds after which anybody turned away is asked to come back, however many come before them.
LONGEST_WAIT = 30
# How much the latest turn says about how long the next will take.
WEIGHT = 0.1
# Seconds of a turn that count: one that hangs says nothing about the next.
LONGEST_TURN = 1.0


@dataclass(slots=True, eq=False)
class _Waiter:
    place: Hashable
    admitted: threading.Event = field(default_factory=threading.Event)


class Bulkhead:
    """Lets one thread of this process at a time into each place, in the order in which they came.

    At most ``inside`` threads are in all places together; ``waiting`` more wait, each up to ``patience`` seconds. Of a
    place where nobody is, nothing is kept.
    """

    def __init__(self, *, inside: int, waiting: int, patience: float) -> None:
        self.inside, self.waiting, self.patience = inside, waiting, patience
        self._lock = threading.Lock()
        # Each place where somebody is, and until when (``time.monotonic``) others were asked to stay away from it.
        self._away: dict[Hashable, float] = {}
        self._waiters: list[_Waiter] = []
        # Seconds that a turn takes.
        self._pace = 0.0

    @contextmanager
    def turn(self, place: Hashable) -> Iterator[None]:
        """Be in ``place`` alone of this process's threads; wait for it. Raises ``Crowded``."""
        self._enter(place)
        began = time.monotonic()
        try:
            yield
        finally:
            self._leave(place, time.monotonic() - began)

    def crowd(self) -> tuple[int, int]:
        """Return how many threads are inside, and how many wait."""
        with self._lock:
            return len(self._away), len(self._waiters)

    def _enter(self, place: Hashable) -> None:
        with self._lock:
            if self._has_room(place):
                self._away[place] = 0.0
                return
            if len(self._waiters) >= self.waiting:
                raise Crowded(self._come_back(place))
            waiter = _Waiter(place)
            self._waiters.append(waiter)
        waiter.admitted.wait(self.patience)
        with self._lock:
            if not waiter.admitted.is_set():
                self._waiters.remove(waiter)
                raise Crowded(self._come_back(place))

    def _leave(self, place: Hashable, seconds: float) -> None:
        """Hand the place, or the room, to whoever waits for it longest."""
        with self._lock:
            took = min(seconds, LONGEST_TURN)
            self._pace += WEIGHT * (took - self._pace) if self._pace else took
            away = self._away.pop(place)
            for waiter in self._waiters:
                if self._has_room(waiter.place):
                    self._waiters.remove(waiter)
                    self._away[waiter.place] = away if waiter.place == place else 0.0
                    waiter.admitted.set()
                    return

    def _has_room(self, place: Hashable) -> bool:
        return place not in self._away and len(self._away) < self.inside

    def _come_back(self, place: Hashable) -> int:
        """Return after how many seconds to come back, each a turn after the one before.

        So as many come back in a second as can be served in one, however many were turned away.
        """
        now = time.monotonic()
        wait = min(max(0.0, self._away.get(place, now) - now) + self._pace, LONGEST_WAIT)
        if place in self._away:
            self._away[place] = now + wait
        return max(1, int(wait))
