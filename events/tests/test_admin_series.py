from datetime import datetime
from zoneinfo import ZoneInfo

import pytest
from django.test import Client
from django.utils import timezone as clock

from events.admin.series import RepeatForm, choices_for, panel_of
from events.models import Event, EventSeries
from events.series import repeat_event
from events.services import create_event
from events.tests.factories import EventFactory
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SPRING = clock.now().year + 1


@pytest.fixture
def event(staff: User) -> Event:
    start = datetime(SPRING, 3, 24, 2, 30, tzinfo=ZoneInfo("Europe/Berlin"))
    return create_event(event=EventFactory.build(start_at=start, end_at=None, timezone="Europe/Berlin"), actor=staff)


def page(event: Event) -> str:
    return f"/admin/events/event/{event.pk}/repeat/"


def test_dates_are_shown_before_anything_is_made(admin_of_staff: Client, event: Event) -> None:
    asked = {"every": "DAILY", "times": "8"}

    shown = admin_of_staff.post(page(event), asked)
    html = shown.content.decode()
    assert "Make 7 events" in html
    assert html.count('class="crm-date"') == 8
    assert "later: the clocks skip this hour" in html
    assert Event.objects.count() == 1
    form = shown.context["form"]
    asked_again = {name: form[name].value() or "" for name in form.fields}
    assert asked_again == {"every": "DAILY", "times": "8", "until": "", "rule": "", "shown": "FREQ=DAILY;COUNT=8"}
    made = admin_of_staff.post(page(event), asked_again)

    assert (made.status_code, made["Location"]) == (302, panel_of(event))
    assert Event.objects.filter(series=EventSeries.objects.get()).count() == 8
    assert page(event) not in admin_of_staff.get(panel_of(event)).content.decode()


def test_another_rule_than_the_one_shown_is_shown_first(admin_of_staff: Client, event: Event) -> None:
    answer = admin_of_staff.post(page(event), {"every": "DAILY", "times": "3", "shown": "FREQ=DAILY;COUNT=8"})

    assert (answer.status_code, EventSeries.objects.count()) == (200, 0)


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({"every": "WEEKLY"}, "Say either how many events"),
        ({"every": "WEEKLY", "times": "3", "until": f"{SPRING}-12-31"}, "Say either how many events"),
        ({"every": "WEEKLY", "times": "1"}, "greater than or equal to 2"),
        ({"every": "rule", "rule": "every now and then"}, "This is no rule such as"),
        ({"every": "DAILY", "until": f"{SPRING + 3}-12-31"}, "A series has at most 200 events"),
        ({"every": "HOURLY", "times": "3"}, "Select a valid choice"),
    ],
)
def test_what_cannot_be_followed_is_said(
    admin_of_staff: Client, event: Event, asked: dict[str, str], said: str
) -> None:
    assert said in admin_of_staff.post(page(event), asked).content.decode()
    assert not EventSeries.objects.exists()


def test_series_is_not_repeated_again(admin_of_staff: Client, event: Event) -> None:
    repeat_event(event=event, rule="FREQ=DAILY;COUNT=2", actor=None)

    answer = admin_of_staff.post(page(event), {"every": "DAILY", "times": "2", "shown": "FREQ=DAILY;COUNT=2"})

    assert "belongs to a series already" in answer.content.decode()
    assert admin_of_staff.get(panel_of(event)).content.decode().count(page(event)) == 0


def test_choices_speak_of_the_day() -> None:
    fifth = EventFactory.build(start_at=datetime(2026, 3, 31, 18, tzinfo=ZoneInfo("UTC")))
    fourth = EventFactory.build(start_at=datetime(2026, 2, 24, 18, tzinfo=ZoneInfo("UTC")))

    assert [value for value, _label in choices_for(fifth)] == [
        "DAILY",
        "WEEKLY",
        "WEEKLY;INTERVAL=2",
        "MONTHLY;BYDAY=-1TU",
        "MONTHLY",
        "YEARLY",
        "rule",
    ]
    assert dict(choices_for(fourth))["MONTHLY;BYDAY=4TU"] == "monthly, on the fourth Tuesday"
    for value, _label in choices_for(fourth)[:-1]:
        assert RepeatForm(fourth, {"every": value, "times": "3"}).is_valid()


def test_form_changes_all_that_follow_where_it_says_so(admin_of_staff: Client, event: Event) -> None:
    repeat_event(event=event, rule="FREQ=WEEKLY;COUNT=3", actor=None)
    first, second, third = Event.objects.order_by("start_at")
    form = admin_of_staff.get(f"/admin/events/event/{second.pk}/change/").context["adminform"].form
    sent = {name: "" if form[name].value() is None else form[name].value() for name in form.fields}
    local = second.local_start
    sent |= {
        "venue": "Annex",
        "start_at_0": f"{local:%Y-%m-%d}",
        "start_at_1": "19:00:00",
        "end_at_0": "",
        "end_at_1": "",
        "applies_to": "following",
    }

    answer = admin_of_staff.post(f"/admin/events/event/{second.pk}/change/", sent)

    assert answer.status_code == 302, answer.context["errors"]
    shown = [(e.venue, f"{e.local_start:%H:%M}") for e in Event.objects.order_by("start_at")]
    assert shown == [("", "02:30"), ("Annex", "19:00"), ("Annex", "19:00")]
    assert (first.pk, third.series_id) == (event.pk, second.series_id)


def test_only_who_leads_the_event_repeats_it(client: Client, event: Event) -> None:
    client.force_login(UserFactory.create(roles=["organizer"]))

    assert client.get(page(event)).status_code == 403
    assert page(event) not in client.get(panel_of(event)).content.decode()


def test_series_is_extended_once_the_dates_were_seen(admin_of_staff: Client, event: Event) -> None:
    repeat_event(event=event, rule="FREQ=DAILY;COUNT=2", actor=None)
    extending = f"/admin/events/event/{event.pk}/extend/"
    assert extending in admin_of_staff.get(panel_of(event)).content.decode()

    shown = admin_of_staff.post(extending, {"count": "6"})
    html = shown.content.decode()
    assert ("Add 4 events" in html, html.count('class="crm-date"'), Event.objects.count()) == (True, 4, 2)
    asked_again = {name: shown.context["form"][name].value() or "" for name in shown.context["form"].fields}
    made = admin_of_staff.post(extending, asked_again)
    again = admin_of_staff.post(extending, asked_again)

    assert (made.status_code, made["Location"], Event.objects.count()) == (302, panel_of(event), 6)
    assert "The series gains nothing by this" in again.content.decode()


@pytest.mark.parametrize(
    ("asked", "said"),
    [
        ({}, "Say either how many events"),
        ({"count": "9", "until": f"{SPRING}-12-31"}, "Say either how many events"),
        ({"count": "2"}, "The series has 3 events already"),
        ({"count": "201"}, "less than or equal to 200"),
        ({"until": f"{SPRING + 3}-12-31"}, "A series has at most 200 events"),
    ],
)
def test_end_that_cannot_be_is_said(admin_of_staff: Client, event: Event, asked: dict[str, str], said: str) -> None:
    repeat_event(event=event, rule="FREQ=DAILY;COUNT=3", actor=None)

    assert said in admin_of_staff.post(f"/admin/events/event/{event.pk}/extend/", asked).content.decode()
    assert Event.objects.count() == 3


def test_event_that_stands_alone_is_not_extended(admin_of_staff: Client, event: Event) -> None:
    answer = admin_of_staff.post(f"/admin/events/event/{event.pk}/extend/", {"count": "3"})

    assert "belongs to no series" in answer.content.decode()
