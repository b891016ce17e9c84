"""What happens at once: seats are never oversold, counters never drift, and locks are taken in one order.

A deadlock is tried again by the services, so that it would pass unseen: each test looks for its warning as well.
"""

import contextlib
import logging
import threading
from collections.abc import Iterator

import pytest
from django.db import transaction

from events.models import Event
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import find_drift
from relations.ledger import stated
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.repair import repair_drift
from relations.seats import lock_capacity
from relations.services import end_relation
from relations.tests.concurrency import together
from relations.tests.factories import attend
from relations.tests.test_counts import drift_seats, unguarded
from users.models import EventCounts, User
from users.tests.connections import until_waited_for
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]


@pytest.fixture(autouse=True)
def no_deadlock(caplog: pytest.LogCaptureFixture) -> Iterator[None]:
    """Fail where a service met a deadlock and had to begin anew."""
    yield
    assert [record.getMessage() for record in caplog.get_records("call") if record.levelno >= logging.WARNING] == []


def write(event: Event, people: list[User], *, first: int = 1) -> None:
    """Record in one statement that ``people`` attended ``event``."""
    with stated(actor=None, reason="test"):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user=user, event=event, role=Role.ATTENDEE, status=Status.ATTENDED, seq=number)
            for number, user in enumerate(people, first)
        )


def test_simultaneous_registrations_never_oversell() -> None:
    event, users = EventFactory.create(max_capacity=5), UserFactory.create_batch(24)

    together(*[lambda user=user: attend(user, event) for user in users])

    rows = UserEventRelation.objects.filter(event=event).order_by("seq").values_list("seq", "status")
    assert list(rows) == [(n, "confirmed" if n <= 5 else "waitlisted") for n in range(1, 25)]
    assert find_drift() == []


def test_bulk_writes_in_opposite_orders_do_not_deadlock() -> None:
    users = UserFactory.create_batch(30)
    events = [PastEventFactory.create() for _ in range(8)]

    together(*[lambda e=event, n=n: write(e, users if n % 2 else users[::-1]) for n, event in enumerate(events)])

    assert set(EventCounts.objects.values_list("hosted", "attended")) == {(0, 8)}
    assert find_drift() == []


def test_deleting_and_changing_events_at_once_do_not_deadlock() -> None:
    events = [create_event(event=EventFactory.build(), actor=UserFactory.create()) for _ in range(6)]

    def change(event: Event) -> None:
        with contextlib.suppress(Event.DoesNotExist):  # deleted before
            update_event(event=event, changes={"max_capacity": 9}, actor=None)

    together(
        *[lambda e=event: change(e) for event in events],
        *[lambda e=event: delete_event(event=Event.objects.get(pk=e.pk)) for event in events],
    )

    assert (Event.objects.count(), find_drift()) == (0, [])


def test_deleting_an_event_that_is_being_changed_waits_without_a_lock_that_the_change_needs() -> None:
    event = create_event(event=EventFactory.build(), actor=UserFactory.create())
    changing = threading.Event()

    def change() -> None:
        with transaction.atomic():
            update_event(event=Event.objects.get(pk=event.pk), changes={"title": "New"}, actor=None)
            changing.set()
            until_waited_for()
            update_event(event=Event.objects.get(pk=event.pk), changes={"max_capacity": 9}, actor=None)

    def delete() -> None:
        changing.wait()
        delete_event(event=Event.objects.get(pk=event.pk))

    together(change, delete)

    assert (Event.objects.count(), find_drift()) == (0, [])


def test_cancellations_and_registrations_at_once_leave_no_free_seat_beside_a_queue() -> None:
    event = EventFactory.create(max_capacity=4)
    first = [attend(user, event) for user in UserFactory.create_batch(8)]
    newcomers = UserFactory.create_batch(8)

    together(
        *[lambda r=row: end_relation(relation=r, actor=None, reason="test") for row in first[:6]],
        *[lambda u=user: attend(u, event) for user in newcomers],
    )

    capacity = EventCapacity.objects.get(event=event)
    assert (capacity.taken, capacity.waiting) == (4, 6)
    assert find_drift() == []


def test_newcomer_who_comes_during_a_cancellation_gets_the_seat() -> None:
    """Without the lock on the capacity they would see a full event and be queued beside the free seat."""
    event, newcomer = EventFactory.create(max_capacity=1), UserFactory.create()
    first = attend(UserFactory.create(), event)
    ending = threading.Event()

    def cancel() -> None:
        with transaction.atomic():
            end_relation(relation=first, actor=None, reason="test")
            ending.set()
            until_waited_for()

    def register() -> None:
        ending.wait()
        attend(newcomer, event)

    together(cancel, register)

    assert newcomer.relations.get().status == Status.CONFIRMED


def test_repair_waits_for_a_registration_without_a_lock_that_it_needs() -> None:
    """The registration holds the capacity and will write relations: a repair that locked these first would deadlock."""
    event, user = EventFactory.create(), UserFactory.create()
    drift_seats(taken=7)
    registering = threading.Event()

    def register() -> None:
        with transaction.atomic():
            lock_capacity(event.pk)
            registering.set()
            until_waited_for()
            attend(user, event)

    def repair() -> None:
        registering.wait()
        repair_drift()

    together(register, repair)

    assert (EventCapacity.objects.get(event=event).taken, find_drift()) == (1, [])


def test_repairs_while_relations_are_written_leave_no_drift() -> None:
    users = UserFactory.create_batch(12)
    open_event, past = EventFactory.create(max_capacity=6), [PastEventFactory.create() for _ in range(4)]
    drift_seats(taken=3, waiting=2)
    EventCounts.objects.filter(user=users[0]).delete()
    with unguarded():
        EventCounts.objects.update(hosted=5, attended=4)

    together(
        *[lambda e=event, n=n: write(e, users[n:] + users[:n]) for n, event in enumerate(past)],
        *[lambda u=user: attend(u, open_event) for user in users[:6]],
        *[repair_drift] * 3,
    )

    assert find_drift() == []
