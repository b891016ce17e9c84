"""Skewed draws and keys, each a function of the seed alone."""

from collections.abc import Sequence
from datetime import datetime
from itertools import accumulate
from math import gcd
from random import Random
from typing import Generic, TypeVar

T = TypeVar("T")
ACTIVITY_SKEW = 3.0  # the busiest 1% of the people make about a fifth of all relations
SIZE_SKEW = 0.7  # the biggest of 100,000 events has a hundredth of all relations


class DoesNotFitError(ValueError):
    """The numbers asked for contradict each other."""


class Zipf(Generic[T]):
    """Draws from a ranked list: the second comes half as often as the first, the third a third as often."""

    def __init__(self, ranked: Sequence[T]) -> None:
        self._ranked = ranked
        self._weights = list(accumulate(1 / rank for rank in range(1, len(ranked) + 1)))

    def draw(self, random: Random, count: int) -> list[T]:
        """Return ``count`` draws."""
        return random.choices(self._ranked, cum_weights=self._weights, k=count)


class Crowd:
    """Draws people by number, few of them very often; who is busy has nothing to do with who came first."""

    def __init__(self, people: int) -> None:
        self._people = people
        self._step = next(step for step in range(max(people * 5 // 8, 1), 2 * people + 2) if gcd(step, people) == 1)

    def draw(self, random: Random) -> int:
        """Return the number of one person."""
        rank = int(self._people * random.random() ** ACTIVITY_SKEW)
        return rank * self._step % self._people


def shares(total: int, places: int, largest: int) -> list[int]:
    """Split ``total`` over ``places``, the first ones big and the many small, none above ``largest``.

    Raises ``DoesNotFitError`` when there is no room for all.
    """
    if total > places * largest:
        raise DoesNotFitError(f"{total:,} do not fit into {places:,} of at most {largest:,}")
    weights = [1 / rank**SIZE_SKEW for rank in range(1, places + 1)]
    scale = total / sum(weights) if weights else 0
    sizes = [min(int(weight * scale), largest) for weight in weights]
    rest = total - sum(sizes)
    while rest:
        for place in range(places):
            if rest and sizes[place] < largest:
                sizes[place] += 1
                rest -= 1
    return sizes


def key(moment: datetime, random: Random) -> bytes:
    """Return a UUIDv7 for ``moment``: its milliseconds, then random bits."""
    milliseconds = int(moment.timestamp() * 1000)
    bits = random.getrandbits(74)
    number = milliseconds << 80 | 0x7 << 76 | (bits >> 62) << 64 | 0b10 << 62 | bits & (1 << 62) - 1
    return number.to_bytes(16, "big")
