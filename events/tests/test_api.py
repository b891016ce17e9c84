from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from users.models import User
from users.tests.answers import problem, shown
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


def titles(response: Any) -> list[str]:
    """Return the titles on a page, in order."""
    assert response.status_code == 200, response.content
    return [row["title"] for row in response.json()["results"]]


def test_created_event_belongs_to_its_creator(client_of_staff: APIClient, staff: User) -> None:
    body = {"title": "Füße hoch!", "start_at": "2030-07-01T19:00:00+02:00", "timezone": "Europe/Berlin"}

    response = client_of_staff.post(EVENTS, body)

    event = Event.objects.get()
    assert response.status_code == 201
    assert response.json() == {
        "id": str(event.pk),
        "external_id": None,
        "slug": "fue-hoch",
        "title": "Füße hoch!",
        "description": "",
        "organizer": "",
        "start_at": "2030-07-01T17:00:00+00:00",
        "end_at": None,
        "timezone": "Europe/Berlin",
        "venue": "",
        "max_capacity": None,
        "waitlist_enabled": True,
        "requires_approval": False,
        "offer_minutes": None,
        "status": "active",
        "series_id": None,
        "owner": str(staff.pk),
        "hosts": [str(staff.pk)],
        "counts": {"taken": 0, "waiting": 0},
        "created_at": shown(event.created_at),
        "updated_at": shown(event.updated_at),
    }


def test_named_hosts_replace_the_creator(client_of_staff: APIClient) -> None:
    host = UserFactory.create(external_id="guest")

    event = client_of_staff.post(EVENTS, {"title": "T", "start_at": "2030-07-01", "hosts": ["guest"]}).json()

    assert event["hosts"] == [str(host.pk)]


@pytest.mark.parametrize(
    ("sent", "zone", "stored"),
    [
        ("2030-07-01", "Europe/Berlin", datetime(2030, 6, 30, 22, tzinfo=UTC)),
        ("20300701", "Europe/Berlin", datetime(2030, 6, 30, 22, tzinfo=UTC)),
        (" 2030-W27-1 ", "Europe/Berlin", datetime(2030, 6, 30, 22, tzinfo=UTC)),
        ("2030-07-01", "UTC", datetime(2030, 7, 1, tzinfo=UTC)),
        ("2030-07-01T10:00", "Asia/Tokyo", datetime(2030, 7, 1, 10, tzinfo=UTC)),
        ("2030-07-01T10:00:00+16:34", "UTC", datetime(2030, 6, 30, 17, 26, tzinfo=UTC)),
    ],
)
def test_times_are_read_as_the_contract_says(
    client_of_staff: APIClient, sent: str, zone: str, stored: datetime
) -> None:
    client_of_staff.post(EVENTS, {"title": "T", "start_at": sent, "timezone": zone})

    assert Event.objects.get().start_at == stored


@pytest.mark.parametrize(
    ("body", "place"),
    [
        ({"start_at": "2030-01-01"}, "/title"),
        ({"title": "T"}, "/start_at"),
        ({"title": "T", "start_at": "next week"}, "/start_at"),
        ({"title": "T", "start_at": 5}, "/start_at"),
        ({"title": "T", "start_at": "0001-01-01T00:00:00+09:00"}, "/start_at"),
        ({"title": "T", "start_at": "2030-01-01", "timezone": "Mars"}, "/timezone"),
        ({"title": "T", "start_at": "2030-01-01", "timezone": []}, "/timezone"),
        ({"title": "T", "start_at": "2030-01-02", "end_at": "2030-01-01"}, "/end_at"),
        ({"title": "T", "start_at": "2030-01-01", "status": "postponed"}, "/status"),
        ({"title": "T", "start_at": "2030-01-01", "max_capacity": -1}, "/max_capacity"),
        ({"title": "T", "start_at": "2030-01-01", "max_capacity": 10**12}, "/max_capacity"),
        ({"title": "T", "start_at": "2030-01-01", "slug": "taken"}, "/slug"),
        ({"title": "T", "start_at": "2030-01-01", "slug": "no slug"}, "/slug"),
        ({"title": "T", "start_at": "2030-01-01", "hosts": ["nobody"]}, "/hosts/0"),
        ({"title": "T", "start_at": "2030-01-01", "owner_id": "x"}, "/owner_id"),
    ],
)
def test_bad_event_is_refused_with_its_place(client_of_staff: APIClient, body: dict[str, Any], place: str) -> None:
    EventFactory.create(slug="taken")

    status, faults = problem(client_of_staff.post(EVENTS, body))

    assert (status, [where or "" for where, _code in faults]) == (400, [place])
    assert Event.objects.count() == 1


@pytest.mark.parametrize("step", ["", "following/"])
@pytest.mark.parametrize(
    ("body", "place", "said"),
    [
        ({"start_at": "2030-07-03"}, "/start_at", " Its end_at is 2030-07-02T00:00:00+00:00: send end_at along."),
        ({"end_at": "2030-06-30"}, "/end_at", " Its start_at is 2030-07-01T00:00:00+00:00: send start_at along."),
        ({"start_at": "2030-07-03", "end_at": "2030-06-30"}, "/end_at", ""),
    ],
)
def test_time_that_contradicts_the_stored_one_names_it(
    client_of_staff: APIClient, step: str, body: dict[str, str], place: str, said: str
) -> None:
    event = EventFactory.create(start_at=datetime(2030, 7, 1, tzinfo=UTC), end_at=datetime(2030, 7, 2, tzinfo=UTC))

    answer = client_of_staff.patch(f"{EVENTS}{event.pk}/{step}", body)

    assert problem(answer) == (400, [(place, "invalid")])
    assert answer.json()["errors"][0]["detail"] == f"The event ends before it starts.{said}"


def test_changed_event_keeps_what_was_not_sent(client_of_staff: APIClient) -> None:
    event = EventFactory.create(external_id="conf", venue="Hall")

    changed = client_of_staff.patch(f"{EVENTS}conf/", {"title": "New", "hosts": []}).json()

    event.refresh_from_db()
    assert (changed["title"], changed["venue"], event.slug, event.version) == ("New", "Hall", event.slug, 2)


def test_event_can_be_deleted_until_somebody_registers(client_of_staff: APIClient) -> None:
    person = UserFactory.create()
    empty, busy = [client_of_staff.post(EVENTS, {"title": "T", "start_at": "2030-07-01"}).json()["id"] for _ in "ab"]
    client_of_staff.post("/api/v1/relations/", {"user_id": str(person.pk), "event_id": busy, "role": "attendee"})

    assert client_of_staff.delete(f"{EVENTS}{empty}/").status_code == 204
    status, _faults = problem(client_of_staff.delete(f"{EVENTS}{busy}/"))
    assert status == 409
    assert [str(event.pk) for event in Event.objects.all()] == [busy]


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("", ["Later", "Earlier"]),
        ("ordering=title", ["Earlier", "Later"]),
        ("status=cancelled", ["Later"]),
        ("status=active&status=cancelled", ["Later", "Earlier"]),
        ("upcoming=true", ["Later"]),
        ("past=true", ["Earlier"]),
        ("upcoming=false", ["Earlier"]),
        ("venue=caf%C3%A9", ["Earlier"]),
        ("start_since=2500-01-01", []),
        ("start_until=2500-01-01&ordering=start_at", ["Earlier", "Later"]),
        ("q=earlyer", ["Earlier"]),
        ("q=la", ["Later"]),
    ],
)
def test_events_are_filtered(client_of_staff: APIClient, query: str, found: list[str]) -> None:
    EventFactory.create(title="Later", status="cancelled")
    PastEventFactory.create(title="Earlier", venue="Cafe")

    assert titles(client_of_staff.get(f"{EVENTS}?{query}")) == found


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_one_query_however_long(
    client_of_staff: APIClient, number: int, django_assert_num_queries: Any
) -> None:
    EventFactory.create_batch(number)

    with django_assert_num_queries(1):
        client_of_staff.get(EVENTS)
