"""Steps of registration that meet: held apart by locks and told to go on when one is seen to wait for the other.

Who comes second must see what the first has done, and whoever locks two events locks them in the order of their ids.
"""

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from typing import Any

import pytest
from django.db import OperationalError, transaction
from django.utils import timezone as clock
from psycopg.errors import DeadlockDetected

from api.exceptions import Conflict
from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations.closing import cancel_event, settle
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, Status, UserEventRelation
from relations.offers import _expire_of
from relations.registration import accept, check_in, register
from relations.seats import lock_capacity
from relations.services import end_relation
from relations.tests.concurrency import together
from relations.tests.factories import attend
from users.models import User
from users.tests.connections import until_waited_for
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

TEST = "test"
Step = Callable[[], object]


class UndoneError(Exception):
    """Raised to roll a transaction back."""


@pytest.fixture(autouse=True)
def no_drift_and_no_deadlock(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where counts drifted, and where a service met a deadlock, had to begin anew and so hid it."""
    yield
    assert find_drift() == []
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


def one_after_the_other(first: Step, second: Step, *, undone: bool = False) -> None:
    """Begin ``second`` once ``first`` has done its part, and end the transaction of ``first`` once it is waited for."""
    done = threading.Event()

    def begin() -> None:
        with contextlib.suppress(UndoneError), transaction.atomic():
            first()
            done.set()
            until_waited_for()
            if undone:
                raise UndoneError

    def follow() -> None:
        assert done.wait(20)
        second()

    together(begin, follow)


def status(relation: UserEventRelation) -> str:
    return UserEventRelation.objects.get(pk=relation.pk).status


def seats(event: Event) -> tuple[int, int]:
    capacity = EventCapacity.objects.get(event=event)
    return capacity.taken, capacity.waiting


@pytest.mark.parametrize(("undone", "becomes"), [(False, "waitlisted"), (True, "confirmed")])
def test_last_seat_is_the_next_ones_only_when_its_holder_is_rolled_back(undone: bool, becomes: str) -> None:  # noqa: FBT001  # drawn
    event, holder, following = EventFactory.create(max_capacity=1), UserFactory.create(), UserFactory.create()

    one_after_the_other(lambda: attend(holder, event), lambda: attend(following, event), undone=undone)

    assert following.relations.get().status == becomes
    assert seats(event) == (1, 0 if undone else 1)


def swap(user: User, gives: Event, takes: Event, order: list[Event], meeting: Step) -> None:
    """Give up a seat for one in another event, in one transaction that locks the events in this ``order``."""
    with transaction.atomic():
        lock_capacity(order[0].pk)
        meeting()
        lock_capacity(order[1].pk)
        end_relation(relation=user.relations.get(event=gives), actor=user, reason=TEST)
        register(user=user, event=takes, actor=user, reason=TEST)


@pytest.fixture
def full_events() -> list[Event]:
    """Return two full events, in the order of their ids."""
    return sorted((EventFactory.create(max_capacity=1) for _ in range(2)), key=lambda event: event.pk)


def test_opposite_swaps_between_two_full_events_do_not_deadlock(full_events: list[Event]) -> None:
    one, other = full_events
    first, second = UserFactory.create(), UserFactory.create()
    attend(first, one)
    attend(second, other)

    one_after_the_other(
        lambda: swap(first, one, other, full_events, lambda: None),
        lambda: swap(second, other, one, full_events, lambda: None),
    )

    statuses = {user: sorted(user.relations.values_list("event", "status")) for user in (first, second)}
    assert statuses == {
        first: sorted([(one.pk, "cancelled"), (other.pk, "confirmed")]),
        second: sorted([(other.pk, "cancelled"), (one.pk, "confirmed")]),
    }
    assert [seats(event) for event in full_events] == [(1, 0), (1, 0)]


def test_swaps_that_lock_what_they_give_up_first_would_deadlock(full_events: list[Event]) -> None:
    """The negative control of the order of ids."""
    met, deadlocks = threading.Barrier(2), []

    def try_to(user: User, gives: Event, takes: Event) -> None:
        try:
            swap(user, gives, takes, [gives, takes], met.wait)
        except OperationalError as error:
            deadlocks.append(type(error.__cause__))

    people = UserFactory.create_batch(2)
    for user, event in zip(people, full_events, strict=True):
        attend(user, event)
    together(
        lambda: try_to(people[0], *full_events),
        lambda: try_to(people[1], *reversed(full_events)),
    )

    assert deadlocks == [DeadlockDetected]


def test_many_opposite_swaps_as_people_do_them_leave_both_events_full(full_events: list[Event]) -> None:
    """Each call is a transaction of its own: who gives a seat up is queued for the other, and the queues move."""
    crowds = [UserFactory.create_batch(8) for _ in full_events]
    for crowd, event in zip(crowds, full_events, strict=True):
        for user in crowd:
            attend(user, event)

    def change_over(user: User, gives: Event, takes: Event) -> None:
        end_relation(relation=user.relations.get(event=gives), actor=user, reason=TEST)
        register(user=user, event=takes, actor=user, reason=TEST)

    together(
        *[lambda user=user: change_over(user, *full_events) for user in crowds[0]],
        *[lambda user=user: change_over(user, *reversed(full_events)) for user in crowds[1]],
    )

    assert [seats(event) for event in full_events] == [(1, 7), (1, 7)]


@pytest.fixture
def offered() -> UserEventRelation:
    """Return an offer, behind which one more waits."""
    event = EventFactory.create(max_capacity=1, offer_minutes=60)
    holder, first, _next = (attend(user, event) for user in UserFactory.create_batch(3))
    end_relation(relation=holder, actor=None, reason=TEST)
    assert status(first) == Status.OFFERED
    return first


@pytest.fixture
def later(monkeypatch: pytest.MonkeyPatch) -> Callable[[Step], Step]:
    """Return what makes a step one of a day later: its thread, and no other, reads the clock so."""
    ahead, now = threading.local(), clock.now

    def read() -> datetime:
        by: timedelta = getattr(ahead, "by", timedelta())
        return now() + by

    def postponed(step: Step) -> Step:
        def run() -> object:
            ahead.by = timedelta(days=1)
            return step()

        return run

    monkeypatch.setattr(clock, "now", read)
    return postponed


def take_the_offer(relation: UserEventRelation) -> UserEventRelation:
    return accept(relation=relation, actor=relation.user, reason=TEST)


def test_acceptance_before_the_sweep_keeps_the_place(offered: UserEventRelation, later: Callable[[Step], Step]) -> None:
    ended: list[int] = []

    one_after_the_other(lambda: take_the_offer(offered), later(lambda: ended.append(_expire_of(offered.event_id))))

    assert (ended, status(offered), seats(offered.event)) == ([0], Status.CONFIRMED, (1, 1))


def test_acceptance_after_the_sweep_is_too_late_and_the_next_has_the_place(
    offered: UserEventRelation, later: Callable[[Step], Step]
) -> None:
    refused: list[str] = []

    def accept_too_late() -> None:
        with pytest.raises(Conflict) as raised:
            take_the_offer(offered)
        refused.append(str(raised.value.get_codes()))

    one_after_the_other(later(lambda: _expire_of(offered.event_id)), later(accept_too_late))

    following = UserEventRelation.objects.filter(event=offered.event, seq__gt=offered.seq).get()
    assert (refused, status(offered), following.status) == (["offer_expired"], Status.EXPIRED, Status.OFFERED)
    assert seats(offered.event) == (1, 0)


def test_ticket_scanned_twice_at_once_is_one_check_in() -> None:
    event = EventFactory.create(start_at=clock.now() + timedelta(hours=1))
    relation, news = attend(UserFactory.create(), event), []

    def scan() -> None:
        news.append(check_in(relation=UserEventRelation.objects.get(pk=relation.pk), actor=None, reason=TEST)[1])

    one_after_the_other(scan, scan)

    lines = RelationTransition.objects.filter(relation=relation, to_status=Status.ATTENDED)
    assert (news, lines.count(), seats(event)) == ([True, False], 1, (1, 0))


def test_who_registers_while_the_event_is_called_off_is_refused() -> None:
    event, user, refused = EventFactory.create(), UserFactory.create(), []

    def come() -> None:
        with pytest.raises(Conflict) as raised:
            attend(user, event)
        refused.append(str(raised.value.get_codes()))

    one_after_the_other(lambda: cancel_event(event=event, actor=None), come)

    assert (refused, user.relations.count(), seats(event)) == (["cancelled"], 0, (0, 0))


def test_who_registered_just_before_the_event_is_called_off_is_released() -> None:
    event, user = EventFactory.create(), UserFactory.create()

    one_after_the_other(lambda: attend(user, event), lambda: cancel_event(event=event, actor=None))
    settle(event.pk)

    assert (user.relations.get().status, seats(event)) == (Status.CANCELLED, (0, 0))


@pytest.fixture
def raised() -> tuple[Event, UserEventRelation, Step]:
    """Return a full event of one seat, who waits for it, and a raise to three seats."""
    event = EventFactory.create(max_capacity=1)
    _first, waiting = (attend(user, event) for user in UserFactory.create_batch(2))
    changes: dict[str, Any] = {"max_capacity": 3}
    return event, waiting, lambda: update_event(event=event, changes=changes, actor=None)


def test_who_registers_while_the_capacity_is_raised_gets_what_is_left(
    raised: tuple[Event, UserEventRelation, Step],
) -> None:
    event, waiting, raise_capacity = raised
    newcomer = UserFactory.create()

    one_after_the_other(raise_capacity, lambda: attend(newcomer, event))

    assert (status(waiting), newcomer.relations.get().status) == (Status.CONFIRMED, Status.CONFIRMED)
    assert seats(event) == (3, 0)


def test_who_was_queued_just_before_the_capacity_is_raised_is_let_in(
    raised: tuple[Event, UserEventRelation, Step],
) -> None:
    event, waiting, raise_capacity = raised
    newcomer = UserFactory.create()

    one_after_the_other(lambda: attend(newcomer, event), raise_capacity)

    assert (status(waiting), newcomer.relations.get().status) == (Status.CONFIRMED, Status.CONFIRMED)
    assert seats(event) == (3, 0)
