"""The figures of an event, each against a small story that can be counted by hand."""

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta

import pgtrigger
import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.tests.factories import EventFactory, PastEventFactory
from relations.closing import cancel_event, settle_all
from relations.insights.statistics import event_statistics
from relations.insights.timelines import as_timeline
from relations.models import RelationTransition, UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]


def at(relation: UserEventRelation, to_status: str, moment: datetime) -> None:
    """Let a line of the ledger have happened at another moment: it keeps the time by itself."""
    with pgtrigger.ignore("relations.RelationTransition:append_only"):
        RelationTransition.objects.filter(relation=relation, to_status=to_status).update(at=moment)


def cancel(relation: UserEventRelation) -> None:
    end_relation(relation=relation, actor=None, reason="test")


def test_seats_and_statuses() -> None:
    event = EventFactory.create(max_capacity=2)
    for person in UserFactory.create_batch(4):
        attend(person, event)
    host(UserFactory.create(), event)
    event.max_capacity = 1

    found = event_statistics(event)

    assert (found.capacity, found.taken, found.free, found.over, found.waiting) == (1, 2, 0, 1, 2)
    assert {status: number for status, number in found.by_status.items() if number} == {"confirmed": 2, "waitlisted": 2}


def test_unlimited_event_has_no_number_of_free_places() -> None:
    found = event_statistics(EventFactory.create(max_capacity=None))

    assert (found.capacity, found.taken, found.free, found.over) == (None, 0, None, 0)
    assert found.show_rate.rate is None
    assert found.waitlist.rate is None
    assert found.timeline.buckets == []


def test_timeline_counts_by_the_days_of_the_event() -> None:
    event = EventFactory.create(timezone="Pacific/Auckland", start_at=datetime(2099, 1, 1, tzinfo=UTC))
    first, second, third = (attend(person, event) for person in UserFactory.create_batch(3))
    cancel(third)
    at(first, "confirmed", datetime(2026, 3, 1, 10, tzinfo=UTC))
    at(second, "confirmed", datetime(2026, 3, 1, 13, tzinfo=UTC))  # after midnight in Auckland
    at(third, "confirmed", datetime(2026, 3, 3, 1, tzinfo=UTC))
    at(third, "cancelled", datetime(2026, 3, 3, 2, tzinfo=UTC))

    timeline = event_statistics(event).timeline

    assert timeline.bucket_days == 1
    assert [(one.day.day, one.registered, one.cancelled) for one in timeline.buckets] == [
        (1, 1, 0),
        (2, 1, 0),
        (3, 1, 1),
    ]


def test_timeline_of_years_has_at_most_a_hundred_spans_and_loses_nobody() -> None:
    first = date(2020, 1, 1)
    days = [(first + timedelta(days=number), 1, 2) for number in range(0, 1001, 10)]

    timeline = as_timeline(days)

    assert (timeline.bucket_days, len(timeline.buckets)) == (11, 91)
    assert sum(one.registered for one in timeline.buckets) == 101
    assert sum(one.cancelled for one in timeline.buckets) == 202
    assert timeline.buckets[1].day == date(2020, 1, 12)


def test_newcomers_attended_nothing_before() -> None:
    event = EventFactory.create()
    before, after = PastEventFactory.create(), EventFactory.create(start_at=event.start_at + timedelta(days=1))
    new, back, later, absent = UserFactory.create_batch(4)
    attended(back, before)
    end_relation(relation=attend(absent, after), actor=None, reason="test")
    for person in (new, back, later, absent):
        attend(person, event)

    found = event_statistics(event).newcomers

    assert (found.new, found.returning) == (3, 1)


def test_attending_this_event_or_a_later_one_makes_nobody_returning() -> None:
    now = clock.now()
    first, second = (PastEventFactory.create(start_at=now - timedelta(days=days)) for days in (9, 5))
    person = UserFactory.create()
    attended(person, first)
    attended(person, second)

    assert [event_statistics(event).newcomers.returning for event in (first, second)] == [0, 1]


def test_waitlist_counts_who_got_in_and_how_long_that_took() -> None:
    event = EventFactory.create(max_capacity=1)
    seated, promoted, waiting = (attend(person, event) for person in UserFactory.create_batch(3))
    cancel(seated)
    queued = datetime(2026, 3, 1, tzinfo=UTC)
    at(promoted, "waitlisted", queued)
    at(promoted, "confirmed", queued + timedelta(hours=5))
    at(waiting, "waitlisted", queued)

    found = event_statistics(event).waitlist

    assert (found.waitlisted, found.admitted, found.rate, found.median_wait_seconds) == (2, 1, 0.5, 5 * 3600)


def test_cancellations_tell_how_long_before_the_start() -> None:
    event = EventFactory.create(start_at=datetime(2099, 5, 20, 18, tzinfo=UTC))
    relations = [attend(person, event) for person in UserFactory.create_batch(4)]
    for relation, hours in zip(relations, (2, 48, 30 * 24), strict=False):
        cancel(relation)
        at(relation, "cancelled", event.start_at - timedelta(hours=hours))

    found = event_statistics(event).cancellations

    assert (found.number, found.with_place, found.last_day, found.last_week) == (3, 3, 1, 2)
    assert found.median_seconds_before == 48 * 3600


def test_whom_the_event_released_did_not_cancel() -> None:
    event = EventFactory.create()
    gone, released = (attend(person, event) for person in UserFactory.create_batch(2))
    cancel(gone)
    moment = clock.now() - timedelta(days=1)
    at(gone, "cancelled", moment)
    cancel_event(event=event, actor=None)
    settle_all()
    event.refresh_from_db()
    released.refresh_from_db()

    found = event_statistics(event)

    assert (released.status, found.by_status["cancelled"]) == ("cancelled", 2)
    assert found.cancellations.number == 1
    assert sum(one.cancelled for one in found.timeline.buckets) == 1


def test_show_rate_says_of_how_many_it_is_known() -> None:
    event = PastEventFactory.create()
    for person in UserFactory.create_batch(3):
        attended(person, event)

    found = event_statistics(event).show_rate

    assert (found.rate, found.attended, found.n) == (1.0, 3, 3)


def test_number_of_queries_does_not_grow(django_assert_num_queries: Callable[[int], CaptureQueriesContext]) -> None:
    event = EventFactory.create(max_capacity=2)
    for number in (1, 4):
        for person in UserFactory.create_batch(number):
            attend(person, event)
        with django_assert_num_queries(8):
            event_statistics(event)


def test_statistics_are_for_who_leads(client_of: ClientOf, organizer: User, agent: User, customer: User) -> None:
    event = EventFactory.create(max_capacity=5)
    attend(customer, event)
    address = f"/api/v1/events/{event.pk}/statistics/"

    assert client_of(organizer).get(address).status_code == 403
    host(organizer, event)
    answers = [client_of(one).get(address) for one in (organizer, agent, customer)]

    assert [answer.status_code for answer in answers] == [200, 200, 403]
    assert answers[0].json()["taken"] == 1
    assert answers[0].json()["free"] == 4
    assert answers[0].json() == answers[1].json()
