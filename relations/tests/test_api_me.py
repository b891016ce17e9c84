"""“me” in place of a person's id in a path."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from relations.models import Status, UserEventRelation
from relations.tests.factories import attend, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]
LISTS = ("events", "registrations", "waitlists")


@pytest.fixture
def full() -> Event:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    return event


@pytest.mark.parametrize("below", [*LISTS, "show_rate", "met"])
def test_me_is_who_calls_below_a_person(customer: User, client_of: ClientOf, full: Event, below: str) -> None:
    attend(customer, full)

    answers = [client_of(customer).get(f"/api/v1/users/{who}/{below}/") for who in ("me", customer.pk)]

    assert [answer.status_code for answer in answers] == [200, 200]
    assert answers[0].json() == answers[1].json()
    assert below not in LISTS or [row["event_id"] for row in answers[0].json()["results"]] == [str(full.pk)]


def test_me_is_who_calls_below_an_event(customer: User, client_of: ClientOf, full: Event) -> None:
    client, path = client_of(customer), f"/api/v1/events/{full.pk}/registrations/me/"
    relation = attend(customer, full)
    tag = client.get(path)["ETag"]

    assert client.get(f"{path}explanation/").json()["code"] == "full"
    assert client.delete(path, headers={"If-Match": '"another"'}).status_code == 412
    assert client.delete(path, headers={"If-Match": tag}).status_code == 204
    assert UserEventRelation.objects.get(pk=relation.pk).status == Status.CANCELLED


def test_ones_part_in_a_draft_tells_nothing_of_it(customer: User, client_of: ClientOf, full: Event) -> None:
    attend(customer, full)
    Event.objects.filter(pk=full.pk).update(status="draft", title="Secret plans")
    client = client_of(customer)

    lists = [client.get(f"/api/v1/users/me/{below}/").json()["results"] for below in LISTS]

    assert (lists, client.get("/api/v1/relations/").json()["results"]) == ([[], [], []], [])
    assert client.get(f"/api/v1/events/{full.pk}/registrations/me/").status_code == 404


def test_me_is_nobody_else(customer: User, client_of: ClientOf, full: Event) -> None:
    """Where the path names an event “me” is an id like any other; without a registration there is none."""
    client = client_of(customer)

    assert client.get(f"/api/v1/events/{full.pk}/registrations/me/").status_code == 404
    assert client.get("/api/v1/events/me/").status_code == 404
    assert client.get("/api/v1/events/me/registrations/").status_code == 404
    assert APIClient().get("/api/v1/users/me/registrations/").status_code == 401


def test_me_gives_no_more_rights_than_ones_id(customer: User, client_of: ClientOf, full: Event) -> None:
    attend(customer, full)

    answer = client_of(customer).post(f"/api/v1/events/{full.pk}/registrations/me/check_in/")

    assert answer.status_code == 403


def test_organizer_lets_themselves_be_a_host_no_longer(organizer: User, client_of: ClientOf, full: Event) -> None:
    relation = host(organizer, full)

    assert client_of(organizer).delete(f"/api/v1/events/{full.pk}/hosts/me/").status_code == 204
    assert UserEventRelation.objects.get(pk=relation.pk).status == Status.CANCELLED


def test_customer_finds_themselves_among_the_customers(customer: User, client_of: ClientOf) -> None:
    assert client_of(customer).get("/api/v1/customers/me/").json()["id"] == str(customer.pk)
