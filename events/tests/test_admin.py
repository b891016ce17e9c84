"""Events in the admin."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event, EventStatus
from events.tests.factories import EventFactory, PastEventFactory
from relations.tests.factories import attended
from users.tests.factories import UserFactory

LIST = reverse("admin:events_event_changelist")
SUMMER_EVENING = datetime(2027, 7, 1, 16, 0, tzinfo=UTC)


def page(event: Event, view: str = "change") -> str:
    return reverse(f"admin:events_event_{view}", args=[event.pk])


def form_of(client: Client, event: Event) -> dict[str, Any]:
    """Return what the event's form sends when nothing is changed: times in two parts each."""
    form = client.get(page(event)).context["adminform"].form
    sent: dict[str, Any] = {}
    for name, field in form.fields.items():
        value = form[name].value()
        if name in ("start_at", "end_at"):
            sent |= {f"{name}_{part}": text for part, text in enumerate(field.widget.decompress(value)) if text}
        elif value not in (None, False):
            sent[name] = value
    return sent


def shown(client: Client, query: str) -> list[str]:
    return [event.title for event in client.get(LIST + query).context["cl"].result_list]


def test_list_at_one_and_three_rows_asks_as_often(admin_of_staff: Client) -> None:
    EventFactory.create()
    admin_of_staff.get(LIST)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(LIST)
    EventFactory.create_batch(2)
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(LIST)
    assert len(at_three) == len(at_one)


@pytest.mark.parametrize(
    ("query", "titles"),
    [
        ("", ["Ahead", "Draft", "Past"]),
        ("?when=upcoming", ["Draft", "Ahead"]),
        ("?when=past", ["Past"]),
        ("?status=draft", ["Draft"]),
        ("?venue=TOWN+hall", ["Ahead"]),
        ("?start_until=2026-01-01", ["Past"]),
        ("?q=ahea", ["Ahead"]),
        ("?o=0", ["Ahead", "Draft", "Past"]),
        ("?when=never", []),
        ("?status=foo", []),
        ("?status__exact=draft", []),
    ],
)
def test_list_with_a_filter(admin_of_staff: Client, query: str, titles: list[str]) -> None:
    EventFactory.create(title="Ahead", venue="Town Hall", start_at=datetime(2100, 1, 2, tzinfo=UTC))
    EventFactory.create(title="Draft", status=EventStatus.DRAFT, start_at=datetime(2100, 1, 1, tzinfo=UTC))
    PastEventFactory.create(title="Past", start_at=datetime(2025, 1, 1, tzinfo=UTC))
    assert shown(admin_of_staff, query) == titles


def test_list_shows_how_full_an_event_is(admin_of_staff: Client) -> None:
    event = PastEventFactory.create(max_capacity=4)
    attended(UserFactory.create(), event)
    assert "1 / 4" in admin_of_staff.get(LIST).content.decode()


def test_adding_an_event_in_its_zone(admin_of_staff: Client) -> None:
    times = {"start_at_0": "2027-07-01", "start_at_1": "18:00", "timezone": "Europe/Berlin"}
    admin_of_staff.post(reverse("admin:events_event_add"), {"title": "Summer", "status": "active", **times})
    event = Event.objects.get(slug="summer")
    assert (event.start_at, event.relations.count()) == (SUMMER_EVENING, 2)


def test_form_shows_times_in_the_zone_of_the_event(admin_of_staff: Client) -> None:
    event = EventFactory.create(start_at=SUMMER_EVENING, timezone="America/New_York")
    form = form_of(admin_of_staff, event)
    assert (form["start_at_0"], str(form["start_at_1"])) == (SUMMER_EVENING.date(), "12:00:00")


def test_changing_the_zone_keeps_the_hours(admin_of_staff: Client) -> None:
    event = EventFactory.create(start_at=SUMMER_EVENING, timezone="UTC")
    admin_of_staff.post(page(event), {**form_of(admin_of_staff, event), "timezone": "Europe/Berlin"})
    event.refresh_from_db()
    assert (event.timezone, event.start_at.hour, event.local_start.hour) == ("Europe/Berlin", 14, 16)


def test_changing_the_title_leaves_the_times(admin_of_staff: Client) -> None:
    event = EventFactory.create(start_at=SUMMER_EVENING, timezone="Asia/Tokyo")
    admin_of_staff.post(page(event), {**form_of(admin_of_staff, event), "title": "Renamed"})
    event.refresh_from_db()
    assert (event.title, event.start_at, event.version) == ("Renamed", SUMMER_EVENING, 2)


@pytest.mark.parametrize("time", ["02:30", "25:00", "noon"])
def test_changing_the_start_to_a_time_that_is_none(admin_of_staff: Client, time: str) -> None:
    event = EventFactory.create(timezone="Europe/Berlin")
    form = {**form_of(admin_of_staff, event), "start_at_0": "2027-03-28", "start_at_1": time}
    assert "start_at" in admin_of_staff.post(page(event), form).context["adminform"].form.errors


def test_changing_the_zone_to_one_that_is_none(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    answer = admin_of_staff.post(page(event), {**form_of(admin_of_staff, event), "timezone": "Mars/Base"})
    assert "timezone" in answer.context["adminform"].form.errors


def test_history_tells_what_changed(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=3)
    admin_of_staff.post(page(event), {**form_of(admin_of_staff, event), "max_capacity": "5"})
    entries = admin_of_staff.get(reverse("admin:events_event_panel", args=[event.pk, "history"])).context["entries"]
    assert entries[0][0].fields == [("Capacity", 3, 5)]


def test_deleting_an_event_that_people_attended_is_refused_in_words(admin_of_staff: Client) -> None:
    event = PastEventFactory.create()
    attended(UserFactory.create(), event)
    answer = admin_of_staff.post(page(event, "delete"), {"post": "yes"}, follow=True)
    assert "People have a part" in str(next(iter(answer.context["messages"])))


def test_deleting_an_event_that_nobody_is_in(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    admin_of_staff.post(page(event, "delete"), {"post": "yes"})
    assert not Event.objects.exists()
