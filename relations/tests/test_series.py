from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from django.core.exceptions import ValidationError
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventSeries
from events.series import repeat_event, update_following
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory
from relations.counts import find_drift
from relations.models import EventCapacity, UserEventRelation
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
