from collections.abc import Callable
from datetime import UTC, datetime

import pytest
from rest_framework.test import APIClient

from events.models import Event, EventSeries
from events.series import repeat_event
from events.services import create_event
from events.tests.factories import EventFactory
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
Clients = Callable[[User], APIClient]
RULE = {"rule": "FREQ=WEEKLY;COUNT=3"}


def led_by(user: User) -> Event:
    return create_event(event=EventFactory.build(slug=""), actor=user)


def test_event_is_repeated_and_its_series_read(organizer: User, client_of: Clients) -> None:
    event = led_by(organizer)

    told = client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", {**RULE, "dry_run": True})
    assert (told.status_code, told.json()["series"], len(told.json()["occurrences"])) == (200, None, 3)
    assert Event.objects.count() == 1
    made = client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)

    series = made.json()["series"]
    assert (made.status_code, series["events"], series["rule"]) == (201, 3, "FREQ=WEEKLY;COUNT=3")
    assert made.json()["occurrences"] == told.json()["occurrences"]
    assert client_of(organizer).get(f"/api/v1/series/{series['id']}/").json() == series
    assert client_of(organizer).get("/api/v1/series/").json()["results"] == [series]
    listed = (
        client_of(organizer).get("/api/v1/events/", {"series": series["id"], "ordering": "start_at"}).json()["results"]
    )
    assert [datetime.fromisoformat(one["start_at"]) for one in listed] == [
        datetime.fromisoformat(one["start_at"]) for one in told.json()["occurrences"]
    ]
    assert {one["series_id"] for one in listed} == {series["id"]}


def test_bad_rule_and_second_series_are_refused(organizer: User, client_of: Clients) -> None:
    event = led_by(organizer)
    path = f"/api/v1/events/{event.pk}/repeat/"

    refused = client_of(organizer).post(path, {"rule": "FREQ=HOURLY;COUNT=3"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/rule")
    assert client_of(organizer).post(path, {}).status_code == 400
    client_of(organizer).post(path, RULE)
    assert client_of(organizer).post(path, RULE).status_code == 409
    assert EventSeries.objects.count() == 1


def test_following_events_change_together(organizer: User, client_of: Clients) -> None:
    event = led_by(organizer)
    client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)
    ordered = list(Event.objects.order_by("start_at"))

    changed = client_of(organizer).patch(f"/api/v1/events/{ordered[1].pk}/following/", {"venue": "Annex"})

    assert changed.json() == {"changed": [str(one.pk) for one in ordered[1:]]}
    assert list(Event.objects.order_by("start_at").values_list("venue", flat=True)) == ["", "Annex", "Annex"]
    refused = client_of(organizer).patch(f"/api/v1/events/{ordered[1].pk}/following/", {"slug": "x"})
    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, "/slug")
    stale = client_of(organizer).patch(
        f"/api/v1/events/{ordered[1].pk}/following/", {"venue": "x"}, headers={"If-Match": '"old"'}
    )
    assert stale.status_code == 412


def test_only_who_leads_the_event_repeats_it(organizer: User, client_of: Clients) -> None:
    event = led_by(UserFactory.create())

    assert client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE).status_code == 403
    assert client_of(organizer).patch(f"/api/v1/events/{event.pk}/following/", {"venue": "x"}).status_code == 403
    assert not EventSeries.objects.exists()


def test_series_of_drafts_is_unknown_to_customers(organizer: User, client_of: Clients, customer: User) -> None:
    event = create_event(event=EventFactory.build(slug="", status="draft"), actor=organizer)
    series = client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE).json()["series"]

    assert client_of(customer).get(f"/api/v1/series/{series['id']}/").status_code == 404
    Event.objects.update(status="active")
    assert client_of(customer).get(f"/api/v1/series/{series['id']}/").status_code == 200


@pytest.mark.parametrize(("status", "copied"), [("completed", "active"), ("cancelled", "active"), ("draft", "draft")])
def test_copies_take_people_though_their_event_takes_none_any_more(
    organizer: User, client_of: Clients, status: str, copied: str
) -> None:
    event = led_by(organizer)
    Event.objects.filter(pk=event.pk).update(status=status)

    client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)

    assert list(Event.objects.order_by("pk").values_list("status", flat=True)) == [status, copied, copied]


def test_times_that_no_calendar_has_are_refused(organizer: User, client_of: Clients) -> None:
    endless = create_event(
        event=EventFactory.build(slug="", end_at=datetime(9999, 12, 28, tzinfo=UTC)), actor=organizer
    )
    event = create_event(event=EventFactory.build(slug="", end_at=None), actor=organizer)
    client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)

    answers = [
        client_of(organizer).post(f"/api/v1/events/{endless.pk}/repeat/", RULE),
        client_of(organizer).patch(f"/api/v1/events/{event.pk}/following/", {"start_at": "9999-12-28"}),
        client_of(organizer).patch(f"/api/v1/events/{event.pk}/following/", {"end_at": "9999-12-28"}),
    ]

    assert [answer.status_code for answer in answers] == [400] * 3
    assert {answer.json()["errors"][0]["detail"] for answer in answers} == {
        "An event would begin or end before the year 1 or after 9999."
    }


def test_series_is_extended_and_once(organizer: User, client_of: Clients) -> None:
    event = led_by(organizer)
    client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)
    path = f"/api/v1/events/{event.pk}/extend/"

    told = client_of(organizer).post(path, {"count": 5, "dry_run": True})
    assert (told.status_code, told.json()["series"]["rule"], Event.objects.count()) == (200, "FREQ=WEEKLY;COUNT=3", 3)
    made = client_of(organizer).post(path, {"count": 5})
    again = client_of(organizer).post(path, {"count": 5})

    assert (made.status_code, made.json()["series"]["rule"], made.json()["series"]["events"]) == (
        201,
        "FREQ=WEEKLY;COUNT=5",
        5,
    )
    assert made.json()["occurrences"] == told.json()["occurrences"]
    assert (again.status_code, again.json()) == (200, {**made.json(), "occurrences": []})
    starts = [one.start_at for one in Event.objects.order_by("start_at")]
    assert [datetime.fromisoformat(one["start_at"]) for one in made.json()["occurrences"]] == starts[3:]


@pytest.mark.parametrize(
    ("body", "pointer", "said"),
    [
        ({}, "", "Say either how many events there are in all, or until when."),
        ({"count": 5, "until": "2090-01-01"}, "", "Say either how many events there are in all, or until when."),
        ({"count": 2}, "/count", "The series has 3 events already."),
        ({"count": 201}, "/count", "less than or equal to 200"),
        ({"count": "many"}, "/count", "A valid integer is required."),
        ({"until": "2020-01-01"}, "/until", "The rule repeats nothing after the first event."),
        ({"until": "2090-01-01"}, "/until", "A series has at most 200 events. Let it end earlier."),
        ({"until": "0001-01-01"}, "/until", "UNTIL cannot be"),
        ({"until": "9999-12-31"}, "/until", "A series has at most 200 events."),
        ({"until": "20270101T"}, "/until", "Date has wrong format."),
    ],
)
def test_end_that_cannot_be_is_refused(
    organizer: User, client_of: Clients, body: dict[str, object], pointer: str, said: str
) -> None:
    event = led_by(organizer)
    client_of(organizer).post(f"/api/v1/events/{event.pk}/repeat/", RULE)

    refused = client_of(organizer).post(f"/api/v1/events/{event.pk}/extend/", body)

    assert (refused.status_code, refused.json()["errors"][0]["pointer"]) == (400, pointer)
    assert said in refused.json()["errors"][0]["detail"]
    assert Event.objects.count() == 3


def test_only_who_leads_an_event_of_a_series_extends_it(organizer: User, client_of: Clients) -> None:
    alone, event = led_by(organizer), led_by(UserFactory.create())
    repeat_event(event=event, rule=RULE["rule"], actor=None)

    refused = client_of(organizer).post(f"/api/v1/events/{alone.pk}/extend/", {"count": 5})
    assert (refused.status_code, refused.json()["type"].rpartition("/")[2]) == (409, "no_series")
    assert client_of(organizer).post(f"/api/v1/events/{event.pk}/extend/", {"count": 5}).status_code == 403
    assert Event.objects.count() == 4
