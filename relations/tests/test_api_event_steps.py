"""Cancelling and completing events and naming their hosts over REST, and the account of a registration."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from relations.closing import settle_all
from relations.services import end_relation
from relations.tests.factories import attend, host
from relations.tests.test_api_registrations import kind, one
from users.models import User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]


def at(event: Event, step: str) -> str:
    return f"/api/v1/events/{event.pk}/{step}"


def begun() -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1))


def test_event_cancelled_twice_is_cancelled_once_and_its_people_follow(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    relation = attend(UserFactory.create(), event)

    answers = [client_of_staff.post(at(event, "cancel/"), {"reason": "The hall is closed."}) for _time in range(2)]
    settle_all()

    assert [(answer.status_code, answer.json()["status"]) for answer in answers] == [(200, "cancelled")] * 2
    last = relation.transitions.last()
    assert last is not None
    assert (last.to_status, last.reason) == ("cancelled", "The hall is closed.")


@pytest.mark.parametrize(("body", "status"), [({}, "attended"), ({"outcome": "no_show"}, "no_show")])
def test_event_is_completed_with_what_became_of_its_people(
    client_of_staff: APIClient, body: dict[str, Any], status: str
) -> None:
    relation = attend(UserFactory.create(), begun())

    answer = client_of_staff.post(at(relation.event, "complete/"), body)
    settle_all()

    relation.refresh_from_db()
    assert (answer.status_code, answer.json()["status"], relation.status) == (200, "completed", status)


def test_event_to_come_is_not_completed(client_of_staff: APIClient) -> None:
    assert kind(client_of_staff.post(at(EventFactory.create(), "complete/"))) == (409, "not_begun")


@pytest.mark.parametrize(
    ("step", "body", "fault"),
    [
        ("cancel/", {"reason": "x" * 201}, ("/reason", "max_length")),
        ("complete/", {"outcome": "cancelled"}, ("/outcome", "invalid_choice")),
        ("hosts/", {}, ("/user_id", "required")),
        ("hosts/", {"user_id": "nobody"}, ("/user_id", "does_not_exist")),
    ],
)
def test_bad_step_is_refused(client_of_staff: APIClient, step: str, body: dict[str, Any], fault: Any) -> None:
    assert problem(client_of_staff.post(at(EventFactory.create(), step), body)) == (400, [fault])


def test_event_that_was_changed_meanwhile_is_not_cancelled(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    read = client_of_staff.get(at(event, ""))["ETag"]
    client_of_staff.patch(at(event, ""), {"venue": "Elsewhere"})

    assert client_of_staff.post(at(event, "cancel/"), headers={"If-Match": read}).status_code == 412
    event.refresh_from_db()
    assert event.status == "active"


def test_host_is_named_once_and_ended_by_body_or_path(client_of: ClientOf, organizer: User) -> None:
    event, helper = EventFactory.create(), UserFactory.create(external_id="helper", roles=["organizer"])
    host(organizer, event)
    client, body = client_of(organizer), {"user_id": "helper"}

    named = [client.post(at(event, "hosts/"), body) for _time in range(2)]
    by_helper = client_of(helper).post(at(event, "cancel/"), {"reason": ""})
    ended = [client.delete(at(event, "hosts/"), body).status_code for _time in range(2)]
    again = client.post(at(event, "hosts/"), body).status_code
    by_path = [client.delete(at(event, "hosts/helper/")).status_code for _time in range(2)]

    assert [answer.status_code for answer in named] == [201, 200]
    assert named[0].json()["hosts"] == [str(organizer.pk), str(helper.pk)]
    assert by_helper.status_code == 200
    assert (ended, again, by_path) == ([204, 404], 201, [204, 404])
    assert client.delete(at(event, "hosts/nobody/")).status_code == 404


def test_who_does_not_lead_the_event_takes_no_steps(client_of: ClientOf, organizer: User, customer: User) -> None:
    event = EventFactory.create()

    for person in (organizer, customer):
        for step in ("cancel/", "complete/", "hosts/"):
            assert client_of(person).post(at(event, step), {"user_id": str(person.pk)}).status_code == 403


def test_account_is_read_page_by_page_by_the_person_and_who_leads(client_of: ClientOf, staff: User) -> None:
    event = EventFactory.create(max_capacity=1)
    people = UserFactory.create_batch(4, roles=["customer"])
    relations = [attend(person, event) for person in people]
    for relation in relations[:2]:
        end_relation(relation=relation, actor=None, reason="ill")
    client, address = client_of(people[3]), one(relations[3], "explanation/")

    body = client.get(address).json()
    first = client.get(f"{address}?limit=3").json()
    rest = client.get(first["next"]).json()

    assert (body["status"], body["code"], body["queue_position"], body["next"]) == ("waitlisted", "full", 1, None)
    assert [line["text"] for line in body["results"]][::-1] == [
        "You registered when no place was free, and joined the queue.",
        "Registration 1 gave a place up. It went to registration 2.",
        "Registration 2 got a place. It is the one that registration 1 gave up.",
        "Registration 2 gave a place up. It went to registration 3.",
        "Registration 3 got a place. It is the one that registration 2 gave up.",
    ]
    assert [*first["results"], *rest["results"]] == body["results"]
    assert client_of(staff).get(address).json()["results"][0]["name"] == str(people[2])
    assert client_of(people[2]).get(address).status_code == 404


@pytest.mark.parametrize(
    ("query", "fault"),
    [("cursor=x", ("cursor", "cursor")), ("limit=0", ("limit", "limit")), ("ordering=id", ("ordering", "unknown"))],
)
def test_bad_page_of_an_account_is_refused(client_of_staff: APIClient, query: str, fault: tuple[str, str]) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())

    assert problem(client_of_staff.get(f"{one(relation, 'explanation/')}?{query}")) == (400, [fault])


def test_who_never_registered_has_no_account(client_of_staff: APIClient) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    strange = f"/api/v1/events/{relation.event_id}/registrations/{UserFactory.create().pk}/explanation/"
    assert client_of_staff.get(strange).status_code == 404
