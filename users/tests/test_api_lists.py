"""People in lists over REST: filters, orders, pages and counts."""

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import pytest
from rest_framework.test import APIClient

from users.models import User
from users.tests.answers import PEOPLE, names, problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("company=acme", ["Ann", "Bob"]),
        ("company=ACM%C3%89", ["Ann", "Bob"]),
        ("company=acme&city=Rome", ["Bob"]),
        ("city=rome&city=oslo&ordering=-name", ["Cleo", "Bob"]),
        ("job_title=cto", ["Cleo"]),
        ("state=", ["Ann", "Bob", "Cleo", "Sam"]),
        ("email=BOB@example.com", ["Bob"]),
        ("email=bob%40ex%C3%A4mple.com", []),
        ("email=%20Bob%40Example.Com%20&email=nobody@example.com", ["Bob"]),
        ("created_since=2020-01-01", ["Ann", "Bob", "Cleo", "Sam"]),
        ("created_until=2020-01-01T00:00:00Z", []),
        ("q=annabelle", ["Ann"]),
        ("q=anabelle", ["Ann"]),
        ("q=be", ["Ann"]),
        ("q=bob%40exam", ["Bob"]),
        ("q=%25%25%25", []),
    ],
)
def test_people_are_filtered(client_of_staff: APIClient, query: str, found: list[str]) -> None:
    UserFactory.create(first_name="Ann", last_name="Bell Annabelle", email=None, company="Acme")
    UserFactory.create(first_name="Bob", last_name="Cole", email="bob@example.com", company="ACMÉ", city="Rome")
    UserFactory.create(first_name="Cleo", last_name="Dunn", email=None, company="Other", city="Oslo", job_title="CTO")

    assert names(client_of_staff.get(f"{PEOPLE}?{query}")) == found


@pytest.mark.parametrize(
    ("query", "fault"),
    [
        ("compny=acme", ("compny", "unknown")),
        ("min_events_hosted=many", ("min_events_hosted", "type")),
        ("created_since=yesterday", ("created_since", "datetime")),
        ("created_since=2026-01-01T00:00:00%2B16:34", None),
        ("created_since=0001-01-01T00:00:00%2B05:00", ("created_since", "datetime")),
        ("max_events_hosted=99999999999999999999", ("max_events_hosted", "out_of_range")),
        ("min_events_hosted=-1", ("min_events_hosted", "out_of_range")),
        ("ordering=password", ("ordering", "unknown_ordering")),
        ("limit=0", ("limit", "limit")),
        ("limit=201", ("limit", "limit")),
        ("cursor=nonsense", ("cursor", "cursor")),
        ("company=%00", ("company", "text")),
    ],
)
def test_bad_parameter_is_named(client_of_staff: APIClient, query: str, fault: tuple[str, str] | None) -> None:
    response = client_of_staff.get(f"{PEOPLE}?{query}")

    if fault is None:
        assert response.status_code == 200
    else:
        assert problem(response) == (400, [fault])


@pytest.mark.parametrize(
    "ordering", ["name", "email", "company", "city", "created_at", "hosted_count", "attended_count"]
)
def test_every_ordering_pages_both_ways_over_everybody_once(client_of_staff: APIClient, ordering: str) -> None:
    for number in range(7):
        UserFactory.create(
            company=f"Company {number % 3}", city=f"City {number % 2}", email=None if number % 2 else f"z{number}@x.org"
        )
    forwards = client_of_staff.get(f"{PEOPLE}?ordering={ordering}&limit=200").json()["results"]
    backwards = client_of_staff.get(f"{PEOPLE}?ordering=-{ordering}&limit=200").json()["results"]

    walked, url = [], f"{PEOPLE}?ordering={ordering}&limit=3"
    while url:
        page = client_of_staff.get(url).json()
        walked += page["results"]
        url = page["next"]

    assert walked == forwards == backwards[::-1]
    assert len({row["id"] for row in walked}) == 8


def test_filter_by_body_takes_trees_and_pages_by_cursor(client_of_staff: APIClient) -> None:
    for number in range(4):
        UserFactory.create(first_name=f"N{number}", last_name=f"L{number}", city="Rome" if number else "Oslo")
    body: dict[str, Any] = {"filter": {"or": [{"city": "rome"}, {"first_name": "N0"}]}, "limit": 2}

    refused = client_of_staff.post(f"{PEOPLE}filter/", body)
    body["filter"]["or"][1] = {"not": {"city": ["rome", ""]}}
    first = client_of_staff.post(f"{PEOPLE}filter/", body)
    second = client_of_staff.post(f"{PEOPLE}filter/", {**body, "cursor": first.json()["next"]})

    assert problem(refused) == (400, [("/filter/or/1/first_name", "unknown")])
    assert names(first) + names(second) == ["N0", "N1", "N2", "N3"]
    assert second.json()["next"] is None


@pytest.mark.parametrize(
    ("zone", "since", "found"),
    [
        ("UTC", "2026-03-02", 0),
        ("Europe/Berlin", "2026-03-02", 1),
        ("Europe/Berlin", "20260302", 1),
        ("Europe/Berlin", "2026-03-02T00:00", 0),
        ("No/Where", "2026-03-02", 0),
        ("America/New_York", "2026-03-01", 1),
    ],
)
def test_day_in_a_filter_starts_in_the_zone_of_the_caller(
    client_of: Callable[[User], APIClient], zone: str, since: str, found: int
) -> None:
    caller = UserFactory.create(roles=["agent"], timezone=zone, first_name="Ann")
    UserFactory.create(first_name="Bob")
    User.objects.filter(first_name="Bob").update(created_at=datetime(2026, 3, 1, 23, 30, tzinfo=UTC))
    User.objects.filter(pk=caller.pk).update(created_at=datetime(2020, 1, 1, tzinfo=UTC))

    answers = [
        client_of(caller).get(f"{PEOPLE}?created_since={since}"),
        client_of(caller).post(f"{PEOPLE}filter/", {"filter": {"created_since": since}}),
    ]

    assert [names(answer) for answer in answers] == [["Bob"] * found] * 2


def test_filter_by_email_finds_those_without_one_too(client_of_staff: APIClient) -> None:
    UserFactory.create(first_name="Ann", last_name="A", email="a@bücher.de")
    UserFactory.create(first_name="Bob", last_name="B", email="a@bucher.de")
    UserFactory.create(first_name="Cleo", last_name="C", email=None)

    found = client_of_staff.post(f"{PEOPLE}filter/", {"filter": {"email": ["A@Bücher.DE ", ""]}})

    assert names(found) == ["Ann", "Cleo"]


def test_count_is_given_when_asked(client_of_staff: APIClient) -> None:
    UserFactory.create_batch(3)

    assert "count" not in client_of_staff.get(PEOPLE).json()
    assert client_of_staff.get(f"{PEOPLE}?count=exact&limit=1").json()["count"] == 4


@pytest.mark.parametrize("number", [1, 3])
def test_list_costs_one_query_however_long(
    client_of_staff: APIClient, number: int, django_assert_num_queries: Any
) -> None:
    UserFactory.create_batch(number)

    with django_assert_num_queries(1):
        client_of_staff.get(PEOPLE)
