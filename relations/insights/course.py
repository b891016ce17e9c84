"""What the ledger of an event says, kept while it says the same: of a hundred thousand it takes a second to read."""

import logging
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256

import redis
from django.core.cache import cache

from events.models import Event
from relations.insights.endings import released_from
from relations.insights.journeys import Cancellations, Waitlist, cancellations_and_waitlist
from relations.insights.timelines import Timeline, timeline_of
from relations.models import EventCapacity

# Fewer registrations are read sooner than the cache answers.
MANY = 2_000
KEPT_FOR = 600  # seconds
SHAPE = 1  # to be raised when what is kept has other fields
logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Course:
    """How the registrations of an event came in and went, and what became of those who waited."""

    timeline: Timeline
    cancellations: Cancellations
    waitlist: Waitlist


def _read(event: Event, until: datetime) -> Course:
    cancellations, waitlist = cancellations_and_waitlist(event, until)
    return Course(timeline_of(event, until), cancellations, waitlist)


def course_of(event: Event, seats: EventCapacity, by_status: dict[str, int]) -> Course:
    """Return the course of ``event``, of which ``seats`` and ``by_status`` are the present state.

    Two queries, one more where it was called off; only the latter while nothing changed. A cache that does not answer
    costs what it would have spared.
    """
    until = released_from(event)
    if sum(by_status.values()) < MANY:
        return _read(event, until)
    # No status is had again but by undoing a check-in, which is nothing to these figures. So what has happened is told
    # by how many registrations there ever were, and how many have each status.
    state = (event.start_at, event.timezone, until, seats.next_seq, sorted(by_status.items()))
    key = f"course:{SHAPE}:{event.pk}:{sha256(repr(state).encode()).hexdigest()}"
    try:
        known: Course | None = cache.get(key)
    except (redis.RedisError, OSError) as error:
        logger.warning("The cache does not answer, so the ledger is read: %s", type(error).__name__)
        return _read(event, until)
    if known is None:
        known = _read(event, until)
        with suppress(redis.RedisError, OSError):
            cache.set(key, known, KEPT_FOR)
    return known
