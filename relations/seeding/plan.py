"""How much is seeded, and which event is what: the frame that people, events and relations are drawn in."""

from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from enum import Enum
from functools import cached_property
from random import Random

from relations.seeding.draws import shares

AS_OF = date(2026, 1, 1)  # fixed, since the same seed makes the same rows on any day
YEARS_BEFORE = timedelta(days=5 * 365)
HALF_YEAR_AFTER = timedelta(days=182)
# Five years and some months after what the time in a UUIDv7 begins with, and well before the last day of all.
FIRST_DAY, LAST_DAY = date(1976, 1, 1), date(9998, 12, 31)
DRAFTS = 100  # one event in so many, the last ones, is a draft that nobody has a part in
LARGEST_SHARE = 4  # no event holds more than a quarter of the people

CALLED_OFF = 0.04  # of all events
FULL = 0.11  # of the upcoming ones


class Kind(Enum):
    """What state an event is in, which decides what its people can be."""

    COMPLETED = "completed"
    CALLED_OFF = "cancelled"
    OPEN = "active"
    FULL = "active, with a queue"
    DRAFT = "draft"


@dataclass(frozen=True)
class Plan:
    """Numbers of rows, the seed, and the day that is today for the data."""

    users: int
    events: int
    relations: int
    seed: int = 1
    as_of: date = AS_OF

    def random(self, purpose: str) -> Random:
        """Return the source of randomness for one purpose, independent of the others."""
        return Random(f"{self.seed} {purpose} {self.users} {self.events} {self.relations} {self.as_of}")  # noqa: S311  # data

    @cached_property
    def now(self) -> datetime:
        """The moment that divides past events from upcoming ones."""
        return datetime.combine(self.as_of, time(12), UTC)

    @cached_property
    def sizes(self) -> list[int]:
        """How many relations each event has; the big ones are spread over the years. Raises ``DoesNotFitError``."""
        places = self.events - self.events // DRAFTS
        ranked = shares(self.relations, places, self.users // LARGEST_SHARE)
        self.random("sizes").shuffle(ranked)
        return ranked + [0] * (self.events // DRAFTS)

    @cached_property
    def starts(self) -> list[datetime]:
        """When each event starts: evenly over the years, on the hour, in the order of the events."""
        span = YEARS_BEFORE + HALF_YEAR_AFTER
        first = (self.now - YEARS_BEFORE).replace(minute=0)
        hours = span // timedelta(hours=1)
        return [first + timedelta(hours=hours * number // self.events) for number in range(self.events)]

    @cached_property
    def kinds(self) -> list[Kind]:
        """What state each event is in."""
        random = self.random("kinds")
        return [self._kind(number, random.random()) for number in range(self.events)]

    def _kind(self, number: int, chance: float) -> Kind:
        if number >= self.events - self.events // DRAFTS:
            return Kind.DRAFT
        if chance < CALLED_OFF:
            return Kind.CALLED_OFF
        if self.starts[number] < self.now - timedelta(days=1):
            return Kind.COMPLETED
        return Kind.FULL if chance < CALLED_OFF + FULL else Kind.OPEN

    def joined(self, number: int) -> datetime:
        """Return when a person was first recorded: evenly over the years, in the order of the people."""
        return self.now - YEARS_BEFORE * (1 - number / self.users)
