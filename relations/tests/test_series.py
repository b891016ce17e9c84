from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventSeries
from events.series import extend_series, repeat_event, update_following
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory
from relations.counts import find_drift
from relations.models import EventCapacity, UserEventRelation
from relations.tests.concurrency import together
from relations.tests.factories import attend, host
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BERLIN, TOKYO = ZoneInfo("Europe/Berlin"), ZoneInfo("Asia/Tokyo")
SPRING = clock.now().year + 1


def weekly(number: int = 4, **fields: object) -> list[Event]:
    """Return a series of evenings in Berlin, over the change of the clocks in spring."""
    start = datetime(SPRING, 3, 20, 18, 30, tzinfo=BERLIN)
    known = {"start_at": start, "end_at": start + timedelta(hours=2), "timezone": "Europe/Berlin", "title": "Evening"}
    first = create_event(event=EventFactory.build(**(known | {"slug": ""} | fields)), actor=UserFactory.create())
    series = repeat_event(event=first, rule=f"FREQ=WEEKLY;COUNT={number}", actor=None)
    return list(Event.objects.filter(series=series).order_by("occurrence_at"))


def shown(events: list[Event], zone: ZoneInfo = BERLIN) -> list[str]:
    """Return the hours on the wall at which events begin and end now."""
    stored = Event.objects.filter(pk__in=[event.pk for event in events]).order_by("occurrence_at")
    return [f"{e.start_at.astimezone(zone):%H:%M}-{e.end_at.astimezone(zone):%H:%M}" for e in stored if e.end_at]


def test_copies_have_the_fields_the_hours_and_the_leaders_but_not_the_guests() -> None:
    first = create_event(
        event=EventFactory.build(title="Evening", slug="", max_capacity=9, external_id="x"), actor=UserFactory.create()
    )
    host(UserFactory.create(), first)
    attend(UserFactory.create(), first)

    repeat_event(event=first, rule="FREQ=WEEKLY;COUNT=3", actor=None)

    copies = Event.objects.exclude(pk=first.pk).order_by("pk")
    assert list(copies.values_list("slug", "max_capacity", "external_id")) == [
        ("evening-2", 9, None),
        ("evening-3", 9, None),
    ]
    for copy in copies:
        parts = UserEventRelation.objects.filter(event=copy).order_by("seq").values_list("role", "seq")
        assert list(parts) == [("owner", 1), ("host", 2), ("host", 3)]
        assert EventCapacity.objects.get(event=copy).next_seq == 4
    assert find_drift() == []
    for copy in copies:
        delete_event(event=copy)  # nobody came: creation alone keeps no event


def test_series_keeps_its_hours_over_a_change_of_the_clocks() -> None:
    events = weekly()

    assert shown(events) == ["18:30-20:30"] * 4
    assert len({event.start_at.hour for event in events}) == 2  # in UTC


def test_one_is_changed_alone() -> None:
    events = weekly()

    update_event(event=events[1], changes={"title": "Special"}, actor=None)

    assert list(Event.objects.order_by("occurrence_at").values_list("title", flat=True)) == [
        "Evening",
        "Special",
        "Evening",
        "Evening",
    ]


def test_all_that_follow_move_on_their_walls_and_keep_what_was_moved_alone() -> None:
    events = weekly()
    later = events[2].start_at + timedelta(minutes=15)
    update_event(event=events[2], changes={"start_at": later}, actor=None)

    changed = update_following(
        event=events[1], changes={"start_at": events[1].start_at + timedelta(hours=1), "venue": "Annex"}, actor=None
    )

    assert [event.venue for event in Event.objects.order_by("occurrence_at")] == ["", "Annex", "Annex", "Annex"]
    assert [event.pk for event in changed] == [event.pk for event in events[1:]]
    assert shown(events) == ["18:30-20:30", "19:30-20:30", "19:45-20:30", "19:30-20:30"]


def test_new_zone_keeps_the_hours_on_the_wall() -> None:
    events = weekly()

    update_following(event=events[1], changes={"timezone": "Asia/Tokyo"}, actor=None)

    assert shown(events[:1]) == ["18:30-20:30"]
    assert shown(events[1:], TOKYO) == ["18:30-20:30"] * 3


def test_new_zone_and_hour_together() -> None:
    events = weekly()
    start = datetime(SPRING, 3, 27, 9, 0, tzinfo=TOKYO)

    update_following(
        event=events[1],
        changes={"timezone": "Asia/Tokyo", "start_at": start, "end_at": start + timedelta(hours=1)},
        actor=None,
    )

    assert shown(events[1:], TOKYO) == ["09:00-10:00"] * 3


def test_end_is_given_and_taken_to_all() -> None:
    events = weekly(end_at=None)

    update_following(event=events[0], changes={"end_at": events[0].start_at + timedelta(hours=3)}, actor=None)
    assert shown(events) == ["18:30-21:30"] * 4
    update_following(event=events[0], changes={"end_at": None}, actor=None)
    assert not Event.objects.exclude(end_at=None).exists()


def test_cancelled_ones_and_those_before_stay() -> None:
    events = weekly()
    update_event(event=events[2], changes={"status": "cancelled"}, actor=None)

    update_following(event=events[1], changes={"status": "draft"}, actor=None)

    assert list(Event.objects.order_by("occurrence_at").values_list("status", flat=True)) == [
        "active",
        "draft",
        "cancelled",
        "draft",
    ]


def test_more_room_lets_in_who_waits_everywhere() -> None:
    events = weekly(2, max_capacity=1)
    for event in events:
        attend(UserFactory.create(), event)
        attend(UserFactory.create(), event)

    update_following(event=events[0], changes={"max_capacity": 2}, actor=None)

    assert set(EventCapacity.objects.values_list("taken", "waiting")) == {(2, 0)}


@pytest.mark.parametrize("people", [0, 1])
@pytest.mark.parametrize("name", ["venue", "start_at", "max_capacity", "status"])
def test_many_that_follow_cost_as_much_as_few(name: str, people: int) -> None:
    def cost(number: int) -> int:
        first, *_others = events = weekly(number, max_capacity=9)
        for event in events[: number * people]:
            attend(UserFactory.create(), event)
        changes = {
            "venue": "Annex",
            "start_at": first.start_at - timedelta(hours=1),
            "max_capacity": 8,
            "status": "cancelled",
        }
        with CaptureQueriesContext(connection) as queries:
            update_following(event=first, changes={name: changes[name]}, actor=None)
        return len(queries)

    assert cost(2) == cost(6)


def test_zone_is_given_to_all_where_the_end_of_one_alone_is_known() -> None:
    events = weekly(2)
    update_event(event=events[1], changes={"end_at": None}, actor=None)

    first, second = update_following(event=events[0], changes={"timezone": "Asia/Tokyo"}, actor=None)

    assert [first.end_at and f"{first.end_at.astimezone(TOKYO):%H:%M}", second.end_at] == ["20:30", None]


def test_what_a_series_refuses() -> None:
    alone, events = EventFactory.create(), weekly(2)

    with pytest.raises(Conflict, match="belongs to no series"):
        update_following(event=alone, changes={"title": "x"}, actor=None)
    with pytest.raises(Conflict, match="belongs to a series already"):
        repeat_event(event=events[0], rule="FREQ=WEEKLY;COUNT=2", actor=None)
    with pytest.raises(ValidationError, match="Only one event can have it"):
        update_following(event=events[0], changes={"slug": "x"}, actor=None)
    with pytest.raises(ValidationError):
        repeat_event(event=alone, rule="FREQ=WEEKLY", actor=None)
    last = EventFactory.create(start_at=datetime(9999, 12, 25, tzinfo=BERLIN), end_at=None)
    with pytest.raises(ValidationError):
        repeat_event(event=last, rule="FREQ=WEEKLY;COUNT=3", actor=None)

    assert EventSeries.objects.count() == 1


def test_extended_series_keeps_its_hours_over_both_changes_of_the_clocks() -> None:
    events = weekly(2)

    gained = extend_series(event=events[1], until=date(SPRING, 11, 15), actor=None)

    added = Event.objects.filter(series=events[0].series_id).order_by("start_at")[2:]
    assert len(added) == len(gained.starts) == 33
    assert set(shown(list(added))) == {"18:30-20:30"}
    in_utc = [one.start_at.hour for one in added]
    assert (in_utc, set(in_utc)) == (sorted(in_utc), {16, 17})
    assert {b.local_start.date() - a.local_start.date() for a, b in pairwise(added)} == {timedelta(days=7)}
    assert EventSeries.objects.get().rule == f"FREQ=WEEKLY;UNTIL={SPRING}1115"


def test_hour_that_the_clocks_skip_in_what_is_added() -> None:
    start = datetime(SPRING, 3, 20, 2, 30, tzinfo=BERLIN)
    first = create_event(event=EventFactory.build(start_at=start, end_at=None, timezone="Europe/Berlin"), actor=None)
    repeat_event(event=first, rule="FREQ=DAILY;COUNT=2", actor=None)

    gained = extend_series(event=Event.objects.get(pk=first.pk), count=14, actor=None)

    shown_at = [f"{one.start.astimezone(BERLIN):%H:%M}" for one in gained.starts]
    assert (shown_at.count("03:30"), shown_at.count("02:30")) == (1, 11)
    assert [one.skipped for one in gained.starts].count(True) == 1


def test_what_was_changed_cancelled_and_deleted_stays_so_and_nothing_is_double() -> None:
    events = weekly(4)
    moved = {"start_at": events[2].start_at, "end_at": events[2].end_at, "title": "Special"}
    update_event(event=events[1], changes=moved, actor=None)
    update_event(event=events[2], changes={"status": "cancelled"}, actor=None)
    delete_event(event=events[3])
    before = list(Event.objects.order_by("pk").values())

    for _again in range(2):
        extend_series(event=events[0], count=6, actor=None)

    after = list(Event.objects.order_by("pk").values())
    assert after[:3] == before
    rule = [events[0].start_at.astimezone(BERLIN).date() + timedelta(weeks=week) for week in range(6)]
    times = Event.objects.order_by("pk").values_list("occurrence_at", flat=True)
    assert [at.astimezone(BERLIN).date() for at in times if at] == [*rule[:3], *rule[4:]]
    assert [one["title"] for one in after[3:]] == ["Evening", "Evening"]


def test_what_is_added_is_like_the_event_that_it_copies_with_its_leaders_and_no_guests() -> None:
    events = weekly(3)
    update_following(
        event=events[1],
        changes={
            "start_at": events[1].local_start + timedelta(days=1, minutes=15),
            "end_at": events[1].local_start + timedelta(days=1, hours=2),
            "venue": "Annex",
            "max_capacity": 7,
        },
        actor=None,
    )
    host(UserFactory.create(), events[2])
    attend(UserFactory.create(), events[2])

    extend_series(event=Event.objects.get(pk=events[2].pk), count=5, actor=None)

    added = list(Event.objects.order_by("start_at"))[3:]
    assert shown(added) == ["18:45-20:30"] * 2
    assert [(one.venue, one.max_capacity, one.local_start.date() - events[2].local_start.date()) for one in added] == [
        ("Annex", 7, timedelta(days=8)),
        ("Annex", 7, timedelta(days=15)),
    ]
    for one in added:
        assert sorted(one.relations.values_list("role", flat=True)) == ["host", "host", "owner"]
    assert find_drift() == []


def test_event_that_was_moved_to_another_zone_is_copied_there() -> None:
    events = weekly(2)
    update_following(event=events[1], changes={"timezone": "Asia/Tokyo"}, actor=None)

    extend_series(event=Event.objects.get(pk=events[1].pk), count=4, actor=None)

    assert shown(list(Event.objects.order_by("start_at")[1:]), TOKYO) == ["18:30-20:30"] * 3


def test_what_cannot_be_extended() -> None:
    alone, events = EventFactory.create(), weekly(4)

    with pytest.raises(Conflict, match="belongs to no series"):
        extend_series(event=alone, count=3, actor=None)
    for count, code in [(3, "fewer"), (201, "too_many"), (None, "end")]:
        with pytest.raises(ValidationError) as refused:
            extend_series(event=events[0], count=count, actor=None)
        assert refused.value.code == code
    end_is_later = extend_series(event=events[0], until=events[3].local_start.date() + timedelta(days=3), actor=None)

    assert (end_is_later.starts, Event.objects.count()) == ([], 5)
    assert EventSeries.objects.get().rule == "FREQ=WEEKLY;COUNT=4"


@pytest.mark.django_db(transaction=True)
def test_of_two_that_extend_at_once_one_makes_the_events() -> None:
    events = weekly(2)

    together(*(partial(extend_series, event=one, count=5, actor=None) for one in events))

    assert Event.objects.filter(series=events[0].series_id).count() == 5
