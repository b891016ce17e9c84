"""P7: registrations for one hot event, everything included, against the ORM's ``create()`` of the same rows.

Everything: the lock, the rule, the place in the order, triggers, ledger, the mail in its outbox and the ring for it.
"""

import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta
from functools import partial
from itertools import count, cycle, islice
from uuid import UUID

from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from benchmarks.counting import triggers_off
from benchmarks.relation_rows import drawn_people
from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import Work, interleaved, timed
from benchmarks.scales import Scale
from events.models import Event
from mailing.doorbell import answer
from mailing.models import Campaign, Delivery
from relations.counts import find_drift
from relations.ledger import forgetting, stated
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.registration import register
from users.models import User

CONNECTIONS = 16
EACH = 5  # registrations on a connection, in one turn
LIMIT = Limit("≥", 0.2)
GROSS = 0.01
ANSWERED = 0.05  # seconds between two workers who answer the bell
_place = count(1)


def run(scale: Scale) -> RowResult:
    """Time registrations, and rows created with and without the triggers, on all connections at once."""
    with hot_event() as event, ThreadPoolExecutor(CONNECTIONS) as threads, answered():
        crowd = Crowd(event, threads)
        works = {
            "ours": crowd.work(_register),
            "bare": _without_triggers(crowd.work(_create)),
            "guarded": crowd.work(_state),
        }
        seconds = interleaved(works, rounds=scale.rounds * scale.turns)
        ways = crowd.ways()
    if drift := find_drift():
        raise WrongResultError(f"{len(drift)} counters drifted")
    work = f"registrations for one event, {CONNECTIONS} connections, everything included"
    ours = seconds["ours"]
    return RowResult(
        "P7",
        [
            Comparison(work, "`create()` of the same row, without triggers", ours, seconds["bare"], LIMIT, gross=GROSS),
            Comparison(work, "`create()` of the same row", ours, seconds["guarded"], LIMIT, target=False),
        ],
        [
            f"A registration goes {ways} times to the server and back, with BEGIN and COMMIT; 0 drift after all of it.",
            f"Somebody answers the bell every {ANSWERED * 1000:.0f} ms, as workers do: it is rung as often.",
        ],
    )


def _register(user: User, event: Event) -> None:
    register(user=user, event=event, actor=user, reason="benchmark")


def _create(user: User, event: Event) -> None:
    role, status = Role.ATTENDEE, Status.CONFIRMED
    UserEventRelation.objects.create(user=user, event=event, role=role, status=status, seq=next(_place))


def _state(user: User, event: Event) -> None:
    with stated(actor=user, reason="benchmark"):
        _create(user, event)


class Crowd:
    """People who come to one event, so many at a time, and have never been there when their turn comes again."""

    def __init__(self, event: Event, threads: ThreadPoolExecutor) -> None:
        self._event, self._threads = event, threads
        self._people = cycle(drawn_people(20 * CONNECTIONS * EACH))

    def work(self, come: Callable[[User, Event], None]) -> Work:
        """Return the work of a turn; its seconds are those of one registration."""

        def turn() -> float:
            shares = [self._next(EACH) for _ in range(CONNECTIONS)]
            seconds = timed(lambda: list(self._threads.map(partial(self._let, come), shares)))
            forget(self._event)
            return seconds / (CONNECTIONS * EACH)

        return turn

    def ways(self) -> int:
        """Return how often a registration goes to the server and back, that of somebody who comes after others."""
        first, second = self._next(2)
        _register(first, self._event)
        with CaptureQueriesContext(connection) as captured:
            _register(second, self._event)
        forget(self._event)
        return len(captured)

    def _let(self, come: Callable[[User, Event], None], share: list[User]) -> None:
        for user in share:
            come(user, self._event)

    def _next(self, number: int) -> list[User]:
        """Return the next people, as a request has them: their roles are not read yet."""
        keys: list[UUID] = list(islice(self._people, number))
        return list(User.objects.filter(pk__in=keys))


@contextmanager
def answered() -> Iterator[None]:
    """Have the bell answered for as long as the block lasts: with no worker there it would be rung once."""
    over = threading.Event()

    def keep_answering() -> None:
        while not over.wait(ANSWERED):
            answer()

    answering = threading.Thread(target=keep_answering)
    answering.start()
    try:
        yield
    finally:
        over.set()
        answering.join()


@contextmanager
def hot_event() -> Iterator[Event]:
    """Give an event to come with room for half of a turn, which is gone after the block."""
    places = CONNECTIONS * EACH // 2
    event = Event.objects.create(
        slug="benchmark-hot", title="Benchmark", start_at=clock.now() + timedelta(days=30), max_capacity=places
    )
    try:
        yield event
    finally:
        forget(event)
        Campaign.objects.filter(registration_mail__event=event).delete()
        event.delete()


@transaction.atomic
def forget(event: Event) -> None:
    """Remove who came, what the ledger says of them and their mails."""
    relations = UserEventRelation.objects.filter(event=event)
    Delivery.objects.filter(campaign__registration_mail__event=event).delete()
    with forgetting():
        RelationTransition.objects.filter(relation__in=relations).delete()
    relations.delete()


def _without_triggers(work: Work) -> Work:
    def untriggered() -> float:
        with triggers_off():
            return work()

    return untriggered
