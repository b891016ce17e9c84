"""Timing that a busy machine cannot turn: everything once per round, in an order that turns round each time."""

import time
from collections.abc import Callable, Mapping

Work = Callable[[], float]


def interleaved(works: Mapping[str, Work], *, rounds: int) -> dict[str, list[float]]:
    """Run each work once per round and return its seconds by name. A round before the first warms up and is dropped.

    A work returns its own seconds, so that it can prepare and clean up without being timed for it.
    """
    seconds: dict[str, list[float]] = {name: [] for name in works}
    names = list(works)
    for number in range(rounds + 1):
        for name in names if number % 2 else reversed(names):
            taken = works[name]()
            if number:
                seconds[name].append(taken)
    return seconds


def timed(work: Callable[[], object]) -> float:
    """Return the seconds that ``work`` takes."""
    begun = time.perf_counter()
    work()
    return time.perf_counter() - begun
