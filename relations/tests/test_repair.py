"""Drifted counters and rows that are missing, set right again."""

import pytest
from django.db import transaction

from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import Drift, find_drift
from relations.models import EventCapacity
from relations.repair import repair_drift
from relations.tests.factories import attend, attended, host
from relations.tests.test_counts import drift, drift_seats
from users.models import EventCounts
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_drift_is_found_and_repaired() -> None:
    user, event = UserFactory.create(), EventFactory.create()
    host(user, event)
    attend(UserFactory.create(), event)
    drift(user, 7)
    drift_seats(taken=4)

    found = find_drift()
    repaired = repair_drift()

    assert found == repaired
    assert found == [
        Drift("users_eventcounts", str(user.pk), ("hosted", "attended"), (7, 0), (1, 0)),
        Drift("relations_eventcapacity", str(event.pk), ("taken", "waiting"), (4, 0), (1, 0)),
    ]
    assert find_drift() == []


def test_drift_of_who_has_no_relations_is_repaired() -> None:
    user, event = UserFactory.create(), EventFactory.create()
    drift(user, 2)
    drift_seats(waiting=3)

    repair_drift()

    capacity = EventCapacity.objects.get(event=event)
    assert (EventCounts.objects.get(user=user).hosted, capacity.waiting, capacity.next_seq) == (0, 0, 1)


def test_missing_capacity_is_found_and_made_anew() -> None:
    event = EventFactory.create()
    relation = attend(UserFactory.create(), event)
    EventCapacity.objects.filter(event=event).delete()

    found = [row.stored for row in repair_drift()]

    capacity = EventCapacity.objects.get(event=event)
    assert (found, capacity.taken, capacity.next_seq) == ([None], 1, relation.seq + 1)


def test_missing_counts_are_found_and_made_anew() -> None:
    user = UserFactory.create()
    attended(user, PastEventFactory.create())
    EventCounts.objects.filter(user=user).delete()

    found = repair_drift()

    assert found == [Drift("users_eventcounts", str(user.pk), ("hosted", "attended"), None, (0, 1))]
    assert EventCounts.objects.get(user=user).attended == 1


def test_repair_leaves_counts_guarded() -> None:
    user, _event = UserFactory.create(), EventFactory.create()
    drift(user, 7)
    drift_seats(taken=4)

    repair_drift()

    with transaction.atomic(), pytest.raises(Exception, match="nobody writes them"):
        EventCounts.objects.update(hosted=1)
    with transaction.atomic(), pytest.raises(Exception, match="nobody writes them"):
        EventCapacity.objects.update(taken=1)
