"""Many register at once for few places: no place is given twice, and without the lock it would be.

With PROVE=1 in the environment at full size.
"""

import itertools
import os
from collections.abc import Callable, Iterator
from functools import partial
from uuid import UUID

import pgtrigger
import pytest
from django.db import OperationalError
from psycopg.errors import LockNotAvailable

from events.models import Event
from events.tests.factories import EventFactory
from relations import registration
from relations.counts import find_drift
from relations.models import EventCapacity, Role, Status, UserEventRelation
from relations.registration import register
from relations.tests.concurrency import shared_out
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True)]

PEOPLE, PLACES = (500, 100) if os.environ.get("PROVE") else (120, 24)
CONNECTIONS = 32
Record = Callable[[str, object], None]


def test_simultaneous_registrations_fill_the_places_and_not_one_more(record_property: Record) -> None:
    event = EventFactory.create(max_capacity=PLACES)

    everybody_registers(event)

    in_order = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE).order_by("seq")
    expected = [(n, Status.CONFIRMED if n <= PLACES else Status.WAITLISTED) for n in range(1, PEOPLE + 1)]
    assert list(in_order.values_list("seq", "status")) == expected
    capacity = EventCapacity.objects.get(event=event)
    assert (capacity.taken, capacity.waiting, capacity.next_seq) == (PLACES, PEOPLE - PLACES, PEOPLE + 1)
    assert find_drift() == []
    record_property("registrations", PEOPLE)
    record_property("confirmed", confirmed(event))


@pytest.fixture
def places_may_fall() -> Iterator[None]:
    """Let places be written in any order, as happens without the lock; a trigger refuses it else."""
    trigger = "relations.EventCapacity:places_rise"
    pgtrigger.disable(trigger)
    yield
    pgtrigger.enable(trigger)


@pytest.mark.usefixtures("places_may_fall")
def test_without_the_lock_the_same_registrations_oversell(
    record_property: Record, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The negative control: it shows that the test above can fail."""
    event = EventFactory.create(max_capacity=PLACES)
    monkeypatch.setattr(registration, "lock_for", Unlocked())

    everybody_registers(event)

    assert confirmed(event) > PLACES
    record_property("oversold without the lock", confirmed(event) - PLACES)


def everybody_registers(event: Event) -> None:
    """Let everybody register, ``CONNECTIONS`` at a time."""
    people = UserFactory.create_batch(PEOPLE)
    shared_out([partial(insist, user, event) for user in people], connections=CONNECTIONS)


def insist(user: User, event: Event) -> None:
    """Register, and again where the lock was not had in time, which the API answers with 503 and Retry-After."""
    while True:
        try:
            register(user=user, event=event, actor=user, reason="test")
        except OperationalError as error:
            if not isinstance(error.__cause__, LockNotAvailable):
                raise
        else:
            return


def confirmed(event: Event) -> int:
    return UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE, status=Status.CONFIRMED).count()


class Unlocked:
    """Reads the capacity as ``lock_for`` does but without a lock; places in the order come from a counter."""

    def __init__(self) -> None:
        self._places = itertools.count(1)

    def __call__(self, event_id: UUID, user_id: UUID) -> tuple[EventCapacity, list[UserEventRelation]]:
        capacity = EventCapacity.objects.get(event_id=event_id)
        capacity.event = Event.objects.get(pk=event_id)
        capacity.next_seq = next(self._places)
        return capacity, list(UserEventRelation.objects.filter(event=event_id, user=user_id))
