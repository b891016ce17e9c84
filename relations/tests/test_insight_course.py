"""The course of an event against the ledger read line by line, and that it is kept only while it says the same."""

from collections import Counter
from collections.abc import Callable
from datetime import date, datetime, timedelta
from random import Random
from statistics import median
from zoneinfo import ZoneInfo

import pgtrigger
import pytest
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from pytest_django import Settings

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations.insights import course
from relations.insights.journeys import Cancellations, Waitlist
from relations.insights.statistics import EventStatistics, event_statistics
from relations.models import RelationTransition, Status
from relations.registration import check_in, register, undo_check_in
from relations.services import end_relation
from relations.tests.factories import attend
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PLACED = ("offered", "confirmed", "attended")
DAY = timedelta(days=1)


@pytest.fixture(autouse=True)
def few_are_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let what is kept of large events be kept of these."""
    monkeypatch.setattr(course, "MANY", 0)


def plain(event: Event) -> tuple[Cancellations, Waitlist, Counter[date], Counter[date]]:
    """Count in the simplest way: each registration's lines, one after the other."""
    zone, registered, cancelled = ZoneInfo(event.timezone), Counter[date](), Counter[date]()
    waits: list[float] = []
    before: list[tuple[timedelta, bool]] = []
    waited = 0
    for relation in event.relations.filter(role="attendee"):
        lines = list(relation.transitions.order_by("pk"))
        first: dict[str, datetime] = {}
        for line in sorted(lines, key=lambda one: one.at):
            first.setdefault(line.to_status, line.at)
        registered.update(line.at.astimezone(zone).date() for line in lines if not line.from_status)
        gone = [line for line in lines if line.to_status == "cancelled" and line.at < event.start_at]
        cancelled.update(line.at.astimezone(zone).date() for line in gone)
        before += [(event.start_at - line.at, line.from_status in PLACED) for line in gone]
        if (queued := first.get("waitlisted")) is not None:
            waited += 1
            admitted = min((first[name] for name in PLACED[1:] if name in first), default=None)
            if admitted is not None and admitted >= queued:
                waits.append((min(first[name] for name in PLACED if name in first) - queued).total_seconds())
    return (
        Cancellations(
            len(before),
            sum(placed for _span, placed in before),
            sum(span < DAY for span, _placed in before),
            sum(span < 7 * DAY for span, _placed in before),
            round(median(span.total_seconds() for span, _placed in before)) if before else None,
        ),
        Waitlist(waited, len(waits), len(waits) / waited if waited else None, round(median(waits)) if waits else None),
        registered,
        cancelled,
    )


def counted(found: EventStatistics) -> tuple[Cancellations, Waitlist, Counter[date], Counter[date]]:
    buckets = found.timeline.buckets
    assert found.timeline.bucket_days == 1
    return (
        found.cancellations,
        found.waitlist,
        Counter({one.day: one.registered for one in buckets if one.registered}),
        Counter({one.day: one.cancelled for one in buckets if one.cancelled}),
    )


def happen(event: Event, chance: Random) -> None:
    """Let one thing happen, whatever may."""
    live = list(event.relations.filter(role="attendee", status__in=(*PLACED, "waitlisted")).order_by("seq"))
    inside = [one for one in live if one.status == Status.ATTENDED]
    expected = [one for one in live if one.status == Status.CONFIRMED]
    what = chance.random()
    if what < 0.5 or not live:
        person = UserFactory.create()
        register(user=person, event=event, actor=person, reason="test")
    elif what < 0.7:
        end_relation(relation=chance.choice(live), actor=None, reason="test")
    elif what < 0.85 and expected:
        check_in(relation=chance.choice(expected), actor=None, reason="test")
    elif inside:
        undo_check_in(relation=chance.choice(inside), actor=None, reason="test")
    else:
        update_event(event=event, changes={"max_capacity": chance.randint(2, 9)}, actor=None)


@pytest.mark.parametrize("seed", range(3))
def test_figures_are_those_of_a_plain_count_after_each_step_of_many(seed: int) -> None:
    chance = Random(seed)  # noqa: S311  # a story, not a secret
    event = EventFactory.create(max_capacity=4, timezone="Asia/Tokyo", start_at=clock.now() + timedelta(hours=10))
    last, moment = 0, event.start_at - timedelta(days=60)
    for _step in range(60):
        happen(event, chance)
        event.refresh_from_db()
        with pgtrigger.ignore("relations.RelationTransition:append_only"):
            for line in RelationTransition.objects.filter(pk__gt=last).order_by("pk"):
                moment += timedelta(hours=chance.randint(0, 15))
                RelationTransition.objects.filter(pk=line.pk).update(at=moment)
                last = line.pk
        assert counted(event_statistics(event)) == plain(event)


def test_what_did_not_change_is_not_read_again(
    django_assert_num_queries: Callable[[int], CaptureQueriesContext],
) -> None:
    event = EventFactory.create(max_capacity=None)
    relations = [attend(person, event) for person in UserFactory.create_batch(3)]
    for _time in range(2):
        found = event_statistics(event)
    with django_assert_num_queries(3):
        assert event_statistics(event) == found

    end_relation(relation=relations[0], actor=None, reason="test")
    assert event_statistics(event).cancellations.number == 1
    update_event(event=event, changes={"timezone": "Asia/Tokyo"}, actor=None)
    event.refresh_from_db()
    with django_assert_num_queries(5):
        event_statistics(event)


def test_without_a_cache_the_ledger_is_read(settings: Settings) -> None:
    event = EventFactory.create()
    attend(UserFactory.create(), event)
    nowhere = "redis://127.0.0.1:1"
    settings.CACHES = {"default": {"BACKEND": "django.core.cache.backends.redis.RedisCache", "LOCATION": nowhere}}

    assert event_statistics(event).timeline.buckets[0].registered == 1
