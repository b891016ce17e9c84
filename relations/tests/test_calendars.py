"""Calendar entries, and the feeds in which programs fetch them."""

import io
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import icalendar
import pytest
from dateutil.tz import tzical
from django.conf import settings
from django.db import IntegrityError, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import Settings
from rest_framework.test import APIClient

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations.calendars import CANCEL, REQUEST, calendar_of, invitation
from relations.closing import cancel_event
from relations.feeds import open_feed
from relations.models import CalendarFeed
from relations.registration import register
from relations.services import end_relation
from relations.tests.factories import attend, host
from relations.tickets import ticket_code
from users.accounts.passwords import set_password
from users.models import User
from users.services import update_user
from users.tests.factories import UserFactory

ClientOf = Callable[[User], APIClient]
MINE = "/api/v1/users/me/calendar/"
EVIL = 'Ada"\r\nATTENDEE:mailto:everybody@example.com\x00;,:'


def entries(raw: bytes) -> list[Any]:
    """Return the entries of a calendar."""
    return list(icalendar.Calendar.from_ical(raw).walk("VEVENT"))


def in_zone(zone: str, start: datetime) -> Event:
    """Return an event, not stored."""
    return EventFactory.build(start_at=start, end_at=start + timedelta(hours=2), timezone=zone)


ZONES = [
    "UTC",
    "Europe/Berlin",
    "Europe/Dublin",
    "America/New_York",
    "Australia/Sydney",
    "Africa/Casablanca",
    "Asia/Kathmandu",
]
# Around the changes of the clock in Europe and America, and in between.
MOMENTS = [
    "01-15T12:00",
    "03-29T00:59",
    "03-29T01:01",
    "07-15T12:00",
    "10-25T00:30",
    "10-25T01:30",
    "11-01T05:30",
    "11-01T06:30",
]


@pytest.mark.parametrize("zone", ZONES)
@pytest.mark.parametrize("moment", MOMENTS)
def test_programs_that_know_no_zones_find_the_right_time(zone: str, moment: str) -> None:
    start = datetime.fromisoformat(f"2026-{moment}+00:00")
    raw = calendar_of([in_zone(zone, start)])

    (entry,) = entries(raw)
    written = entry["DTSTART"].to_ical().decode()
    if "TZID" not in entry["DTSTART"].params:
        read = datetime.strptime(written, "%Y%m%dT%H%M%SZ").replace(tzinfo=UTC)
    else:  # by the rules of the VTIMEZONE alone, and another library
        rules = tzical(io.StringIO(raw.decode().replace("\r\n", "\n"))).get()
        assert entry["DTSTART"].params["TZID"] == zone
        read = datetime.strptime(written, "%Y%m%dT%H%M%S").replace(tzinfo=rules)
    assert read.astimezone(UTC) == start


@pytest.mark.parametrize("year", [1, 9999])
def test_first_and_last_years_can_be_written(year: int) -> None:
    start = datetime(year, 6, 15, 12, tzinfo=UTC)

    assert entries(calendar_of([in_zone("Europe/Berlin", start)]))[0]["DTSTART"].dt == start


def test_far_future_is_written_in_utc_and_describes_no_zone_until_then() -> None:
    event = EventFactory.build(
        start_at=datetime(2026, 6, 15, 12, tzinfo=UTC),
        end_at=datetime(9999, 6, 15, 12, tzinfo=UTC),
        timezone="Europe/Berlin",
    )

    raw = calendar_of([event, in_zone("Europe/Berlin", datetime(1, 6, 15, 12, tzinfo=UTC))])

    assert len(raw) < 2_000
    assert [entry["DTEND"].to_ical() for entry in entries(raw)] == [b"99990615T120000Z", b"00010615T140000Z"]


@pytest.mark.parametrize("method", [REQUEST, CANCEL])
def test_invitation_says_who_and_from_whom_whatever_their_names(method: str) -> None:
    event = EventFactory.build(title=EVIL, venue=EVIL, organizer=EVIL, description=f"One\r\n{EVIL}\nTwo")
    ada = UserFactory.build(first_name=EVIL, last_name="", email="ada@example.com")

    raw = invitation(event, attendee=ada, method=method, sequence=7, link="https://example.com/t/")

    (entry,) = entries(raw)
    calendar = icalendar.Calendar.from_ical(raw)
    assert calendar["METHOD"] == method
    assert entry["ATTENDEE"] == "mailto:ada@example.com"
    assert (entry["SEQUENCE"], entry["UID"]) == (7, f"{event.pk}@localhost")
    assert (entry["STATUS"] == "CANCELLED") == (method == CANCEL)
    assert raw.count(b"\r\nATTENDEE") == 1
    assert all(len(line) <= 75 for line in raw.split(b"\r\n"))
    assert b"\x00" not in raw


@pytest.mark.django_db
def test_calendar_of_an_event_for_who_may_know_of_it(client_of: ClientOf) -> None:
    event, draft = EventFactory.create(title="Talk"), EventFactory.create(status="draft")
    client = client_of(UserFactory.create(roles=["customer"]))

    answer = client.get(f"/api/v1/events/{event.pk}/calendar.ics", HTTP_ACCEPT="text/calendar")
    again = client.get(f"/api/v1/events/{event.pk}/calendar.ics", HTTP_IF_NONE_MATCH=answer["ETag"])
    hidden = client.get(f"/api/v1/events/{draft.pk}/calendar.ics", HTTP_ACCEPT="text/calendar")

    assert (answer.status_code, again.status_code, hidden.status_code) == (200, 304, 404)
    assert answer["Content-Type"].startswith("text/calendar")
    assert hidden["Content-Type"] == "application/problem+json"
    assert [entry["SUMMARY"] for entry in entries(answer.content)] == ["Talk"]
    assert APIClient().get(f"/api/v1/events/{event.pk}/calendar.ics").status_code == 401


@pytest.mark.django_db
def test_secret_address_shows_what_one_leads_and_registered_for(client_of: ClientOf, client: Client) -> None:
    ada = UserFactory.create(roles=["organizer"])
    host(ada, EventFactory.create(title="Hers"))
    attend(ada, EventFactory.create(title="Visited"))
    end_relation(relation=attend(ada, EventFactory.create(title="Cancelled")), actor=ada, reason="test")
    EventFactory.create(title="Of others")
    Event.objects.filter(pk=attend(ada, EventFactory.create(title="Long ago")).event_id).update(
        start_at=clock.now() - timedelta(days=400), end_at=None
    )

    made = client_of(ada).post(MINE)
    url = made.json()["url"]
    answer = client.get(url.removeprefix(settings.PUBLIC_URL))

    assert made.status_code == 201
    assert {str(entry["SUMMARY"]) for entry in entries(answer.content)} == {"Hers", "Visited"}
    assert "private" in answer["Cache-Control"]
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert secret not in str(list(CalendarFeed.objects.values()))
    assert client.get(f"/calendars/{secret}.ics", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("fields", "status", "summary"),
    [
        ({}, "CONFIRMED", "Talk"),
        ({"max_capacity": 0}, "TENTATIVE", "Talk (on the waitlist)"),
        ({"requires_approval": True}, "TENTATIVE", "Talk (waits for approval)"),
    ],
)
def test_own_calendar_says_that_a_place_is_not_sure(
    client: Client, fields: dict[str, Any], status: str, summary: str
) -> None:
    ada = UserFactory.create(roles=["customer"])
    event = EventFactory.create(title="Talk", **fields)
    relation, _is_new = register(user=ada, event=event, actor=ada, reason="test")

    feed = client.get(f"/calendars/{open_feed(ada)}.ics").content
    file = client.get(reverse("ticket-calendar", args=[ticket_code(relation.pk)])).content

    for raw in (feed, file):
        (entry,) = entries(raw)
        assert (entry["STATUS"], entry["SUMMARY"]) == (status, summary)
        assert entry["UID"] == f"{event.pk}@localhost"


@pytest.mark.django_db
def test_own_calendar_keeps_what_is_sure(client: Client) -> None:
    """Who leads an event is there, whatever their registration; and a cancelled event is that for everybody."""
    ada = UserFactory.create(roles=["organizer"])
    led, off = EventFactory.create(title="Led", max_capacity=0), EventFactory.create(title="Off", max_capacity=0)
    for event in (led, off):
        attend(ada, event)
    host(ada, led)
    cancel_event(event=off, actor=None)

    answer = client.get(f"/calendars/{open_feed(ada)}.ics")

    said = {str(entry["SUMMARY"]): str(entry["STATUS"]) for entry in entries(answer.content)}
    assert said == {"Led": "CONFIRMED", "Off": "CANCELLED"}


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["renewed", "deleted", "deactivated", "reactivated", "gone"])
def test_secret_address_ends(client_of: ClientOf, client: Client, end: str) -> None:
    ada = UserFactory.create(roles=["customer"])
    path = f"/calendars/{open_feed(ada)}.ics"
    before = client.get(path).status_code
    if end == "renewed":
        client_of(ada).post(MINE)
    if end == "deleted":
        assert client_of(ada).delete(MINE).status_code == 204
    if end in ("deactivated", "reactivated"):
        update_user(user=ada, changes={"is_active": False}, actor=None)
    if end == "reactivated":
        update_user(user=ada, changes={"is_active": True}, actor=None)
    if end == "gone":
        ada.delete()

    assert (before, client.get(path).status_code) == (200, 404)


@pytest.mark.django_db
def test_address_ends_with_the_password_under_which_it_was_made(client: Client) -> None:
    ada, bob = UserFactory.create(), UserFactory.create()
    paths = [f"/calendars/{open_feed(person)}.ics" for person in (ada, bob)]

    set_password(user=ada, password="another long one of mine")

    assert [client.get(path).status_code for path in paths] == [404, 200]


@pytest.mark.django_db
def test_feed_costs_the_same_for_one_event_and_three(client: Client, django_assert_num_queries: Any) -> None:
    ada = UserFactory.create(roles=["customer"])
    path = f"/calendars/{open_feed(ada)}.ics"
    for number in (1, 2):
        for _time in range(number):
            attend(ada, EventFactory.create())
        with django_assert_num_queries(2):
            client.get(path)


def of_event(event: Event) -> str:
    """Return the path of a new address of an event."""
    return f"/calendars/{open_feed(event)}.ics"


@pytest.mark.django_db
def test_address_of_an_event_shows_it_alone_and_nobody(client_of: ClientOf, client: Client) -> None:
    lead, guest = UserFactory.create(roles=["organizer"]), UserFactory.create(first_name="Grace", last_name="Hopper")
    event = EventFactory.create(title="Talk", description="All about it")
    host(lead, event)
    attend(guest, event)
    host(lead, EventFactory.create(title="Another"))

    made = client_of(lead).post(f"/api/v1/events/{event.pk}/calendar/")
    url = made.json()["url"]
    answer = client.get(url.removeprefix(settings.PUBLIC_URL))

    assert made.status_code == 201
    (entry,) = entries(answer.content)
    assert (entry["SUMMARY"], entry["STATUS"], entry["UID"]) == ("Talk", "CONFIRMED", f"{event.pk}@localhost")
    assert icalendar.Calendar.from_ical(answer.content)["X-WR-CALNAME"] == "Talk"
    assert {"ATTENDEE", "ORGANIZER"} & set(entry) == set()
    assert all(secret not in answer.content for secret in (b"Grace", b"Hopper", str(guest.email).encode()))
    secret = url.rpartition("/")[2].removesuffix(".ics")
    assert secret not in str(list(CalendarFeed.objects.values()))
    assert client.get(f"/calendars/{secret}.ics", headers={"If-None-Match": answer["ETag"]}).status_code == 304


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("status", "said"), [("active", "CONFIRMED"), ("completed", "CONFIRMED"), ("cancelled", "CANCELLED")]
)
def test_address_of_an_event_says_how_it_stands(client: Client, status: str, said: str) -> None:
    event = EventFactory.create()
    path = of_event(event)
    Event.objects.filter(pk=event.pk).update(status=status)

    (entry,) = entries(client.get(path).content)

    assert entry["STATUS"] == said


@pytest.mark.django_db
def test_address_of_a_draft_opens_nothing_until_it_is_active(client: Client) -> None:
    draft = EventFactory.create(status="draft")
    path = of_event(draft)
    before = client.get(path).status_code

    update_event(event=draft, changes={"status": "active"}, actor=None)

    assert (before, client.get(path).status_code) == (404, 200)


@pytest.mark.django_db
@pytest.mark.parametrize("end", ["renewed", "deleted", "gone"])
def test_address_of_an_event_ends(client_of: ClientOf, client: Client, end: str) -> None:
    event, other = EventFactory.create(), EventFactory.create()
    admin = client_of(UserFactory.create(roles=["admin"]))
    paths = [of_event(event), of_event(other), f"/calendars/{open_feed(UserFactory.create())}.ics"]
    address = f"/api/v1/events/{event.pk}/calendar/"
    if end == "renewed":
        renewed = admin.post(address).json()["url"]
        assert client.get(renewed.removeprefix(settings.PUBLIC_URL)).status_code == 200
    if end == "deleted":
        assert [admin.delete(address).status_code for _time in range(2)] == [204, 204]
    if end == "gone":
        event.delete()

    assert [client.get(path).status_code for path in paths] == [404, 200, 200]


@pytest.mark.django_db
def test_address_of_an_event_is_made_and_ended_by_who_leads_it(client_of: ClientOf, client: Client) -> None:
    event = EventFactory.create()
    path, address = of_event(event), f"/api/v1/events/{event.pk}/calendar/"
    other = client_of(UserFactory.create(roles=["organizer"]))

    assert [other.post(address).status_code, other.delete(address).status_code] == [403, 403]
    assert client.get(path).status_code == 200


@pytest.mark.django_db
def test_address_of_an_event_costs_one_query_and_has_a_limit(
    client: Client, django_assert_num_queries: Any, settings: Settings
) -> None:
    path = of_event(EventFactory.create())
    with django_assert_num_queries(1):
        client.get(path)
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "ticket": "1/day"}

    assert [client.get(path).status_code for _time in range(2)] == [200, 429]


@pytest.mark.django_db
def test_address_is_of_a_person_or_an_event() -> None:
    for both_or_none in ({"user": UserFactory.create(), "event": EventFactory.create()}, {}):
        with pytest.raises(IntegrityError, match="relations_feed_is_of_one"), transaction.atomic():
            CalendarFeed.objects.create(digest="0" * 64, **both_or_none)
