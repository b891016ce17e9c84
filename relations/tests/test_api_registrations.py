"""Registrations over REST: registering, queues with their places, cancelling, and the steps at the door."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, host
from users.models import User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]
FIELDS = (
    "id,user_id,event_id,role,status,queue_position,seq,created_at,offer_expires_at,"
    "first_name,last_name,email,event_title,event_date"
)


def registrations(event: Event) -> str:
    return f"/api/v1/events/{event.pk}/registrations/"


def one(relation: UserEventRelation, step: str = "") -> str:
    return f"/api/v1/events/{relation.event_id}/registrations/{relation.user_id}/{step}"


def kind(answer: Any) -> tuple[int, str]:
    """Return the status of a problem, and of which kind it is."""
    status, _faults = problem(answer)
    return status, answer.json()["type"].rpartition("/")[2]


def places(answer: Any) -> list[tuple[str, int | None]]:
    """Return how the rows of a list stand, and at which places of their queues."""
    assert answer.status_code == 200, answer.content
    return [(row["status"], row["queue_position"]) for row in answer.json()["results"]]


@pytest.fixture
def running() -> Event:
    """Return an event that is under way."""
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1))


def test_who_registers_is_confirmed_then_queued_with_their_place(client_of_staff: APIClient) -> None:
    event = EventFactory.create(max_capacity=1, external_id="party")
    people = [UserFactory.create(external_id=f"p{number}") for number in range(3)]

    answers = [client_of_staff.post(registrations(event), {"user_id": f"p{number}"}) for number in range(3)]

    assert [answer.status_code for answer in answers] == [201] * 3
    assert [(a.json()["status"], a.json()["queue_position"], a.json()["seq"]) for a in answers] == [
        ("confirmed", None, 1),
        ("waitlisted", 1, 2),
        ("waitlisted", 2, 3),
    ]
    assert ",".join(answers[0].json()) == FIELDS
    assert answers[2]["Location"] == f"http://testserver{registrations(event)}{people[2].pk}/"
    assert client_of_staff.get("/api/v1/events/party/registrations/p2/").json() == answers[2].json()
    assert answers[2]["ETag"]


def test_who_is_in_already_stays_as_they_are(client_of: ClientOf, customer: User) -> None:
    event = EventFactory.create()

    first, again = (client_of(customer).post(registrations(event)) for _time in range(2))

    assert (first.status_code, again.status_code) == (201, 200)
    assert first.json() == again.json()
    assert first.json()["user_id"] == str(customer.pk)


def test_who_asks_for_approval_is_pending_until_it_is_given(client_of: ClientOf, customer: User, staff: User) -> None:
    event = EventFactory.create(requires_approval=True)
    answer = client_of(customer).post(registrations(event))
    relation = UserEventRelation.objects.get(pk=answer.json()["id"])

    approved = client_of(staff).post(one(relation, "approve/"), {"reason": "A friend of the house."})

    assert (answer.status_code, answer.json()["status"]) == (201, "pending")
    assert (approved.status_code, approved.json()["status"]) == (200, "confirmed")
    assert relation.transitions.last().reason == "A friend of the house."  # type: ignore[union-attr]  # there is one


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"max_capacity": 0, "waitlist_enabled": False}, "full"),
        ({"status": "draft"}, "draft"),
        ({"status": "cancelled"}, "cancelled"),
        ({"status": "completed"}, "completed"),
        ({"start_at": clock.now() - timedelta(days=2), "end_at": clock.now() - timedelta(days=1)}, "over"),
    ],
)
def test_event_that_takes_nobody_says_why(client_of_staff: APIClient, fields: dict[str, Any], code: str) -> None:
    event = EventFactory.create(**fields)

    assert kind(client_of_staff.post(registrations(event), {"user_id": str(UserFactory.create().pk)})) == (409, code)


def test_who_was_declined_does_not_come_back_by_themselves(
    client_of: ClientOf, customer: User, client_of_staff: APIClient
) -> None:
    event = EventFactory.create(requires_approval=True)
    client_of(customer).post(registrations(event))
    declined = client_of_staff.post(f"{registrations(event)}{customer.pk}/decline/")

    assert (declined.status_code, declined.json()["status"]) == (200, "declined")
    assert kind(client_of(customer).post(registrations(event))) == (409, "declined")


def test_list_is_in_the_order_of_arrival_with_places_whatever_the_page(client_of_staff: APIClient) -> None:
    event = EventFactory.create(max_capacity=2)
    relations = [attend(UserFactory.create(), event) for _person in range(6)]
    end_relation(relation=relations[3], actor=None, reason="test")
    rows = registrations(event)

    assert places(client_of_staff.get(rows)) == [
        ("confirmed", None),
        ("confirmed", None),
        ("waitlisted", 1),
        ("cancelled", None),
        ("waitlisted", 2),
        ("waitlisted", 3),
    ]
    page = client_of_staff.get(f"{rows}?status=waitlisted&limit=2&count=exact").json()
    assert (page["count"], [row["queue_position"] for row in page["results"]]) == (3, [1, 2])
    assert places(client_of_staff.get(page["next"])) == [("waitlisted", 3)]
    assert places(client_of_staff.get(f"{rows}?ordering=-seq&limit=1")) == [("waitlisted", 3)]
    assert places(client_of_staff.get(f"{rows}?live=false")) == [("cancelled", None)]


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", ["events/party/registrations/", "users/andy/registrations/", "users/andy/waitlists/"])
def test_lists_cost_the_same_however_long(
    client_of_staff: APIClient, path: str, number: int, django_assert_num_queries: Any
) -> None:
    party, andy = EventFactory.create(external_id="party", max_capacity=0), UserFactory.create(external_id="andy")
    for _ in range(number):
        attend(UserFactory.create(), party)
        attend(andy, EventFactory.create(max_capacity=0))

    with django_assert_num_queries(3):  # whose list it is, the rows, their places
        assert len(client_of_staff.get(f"/api/v1/{path}").json()["results"]) == number


def test_person_sees_what_they_are_registered_for_and_where_they_wait(client_of: ClientOf, customer: User) -> None:
    full, open_one = EventFactory.create(max_capacity=0, title="Full"), EventFactory.create(title="Open")
    attend(UserFactory.create(), full)
    for event in (full, open_one):
        attend(customer, event)
    host(customer, EventFactory.create())
    client = client_of(customer)

    rows = client.get(f"/api/v1/users/{customer.pk}/registrations/").json()["results"]
    waits = client.get(f"/api/v1/users/{customer.pk}/waitlists/").json()["results"]

    assert [(row["event_title"], row["status"], row["queue_position"]) for row in rows] == [
        ("Open", "confirmed", None),
        ("Full", "waitlisted", 2),
    ]
    assert [row["event_title"] for row in waits] == ["Full"]
    assert waits[0] == rows[1]
    assert client.get(f"/api/v1/users/{UserFactory.create().pk}/waitlists/").status_code == 404


def test_cancelled_twice_is_cancelled_once_and_the_head_of_the_queue_has_the_place(client_of: ClientOf) -> None:
    event = EventFactory.create(max_capacity=1)
    seated, waiting = UserFactory.create(roles=["customer"]), UserFactory.create()
    relation, next_one = attend(seated, event), attend(waiting, event)
    client = client_of(seated)

    codes = [client.delete(one(relation)).status_code for _time in range(2)]

    next_one.refresh_from_db()
    assert (codes, next_one.status) == ([204, 404], "confirmed")
    assert client.get(one(relation)).json()["status"] == "cancelled"


def test_path_means_the_live_registration_else_the_latest(client_of_staff: APIClient) -> None:
    event, person = EventFactory.create(), UserFactory.create()
    relations = []
    for _time in range(3):
        relations.append(attend(person, event))
        end_relation(relation=relations[-1], actor=None, reason="test")
    latest = client_of_staff.get(one(relations[0])).json()["id"]
    again = attend(person, event)

    assert latest == str(relations[-1].pk)
    assert client_of_staff.get(one(again)).json()["id"] == str(again.pk)


def test_registration_whose_status_changed_meanwhile_is_not_cancelled(client_of_staff: APIClient) -> None:
    event = EventFactory.create(max_capacity=1)
    first, second = attend(UserFactory.create(), event), attend(UserFactory.create(), event)
    read = client_of_staff.get(one(second))["ETag"]
    client_of_staff.delete(one(first))

    refused = client_of_staff.delete(one(second), headers={"If-Match": read})
    done = client_of_staff.delete(one(second), headers={"If-Match": client_of_staff.get(one(second))["ETag"]})

    assert (refused.status_code, done.status_code) == (412, 204)


def test_scanned_twice_is_checked_in_once_and_can_be_undone(client_of_staff: APIClient, running: Event) -> None:
    relation = attend(UserFactory.create(), running)

    scans = [client_of_staff.post(one(relation, "check_in/")) for _time in range(2)]
    undone = client_of_staff.post(one(relation, "undo_check_in/"))

    assert [(scan.status_code, scan.json()["status"]) for scan in scans] == [(200, "attended")] * 2
    assert (undone.status_code, undone.json()["status"]) == (200, "confirmed")
    assert relation.transitions.count() == 3


def test_nobody_is_checked_in_without_a_place_or_before_the_doors_open(client_of_staff: APIClient) -> None:
    early = attend(UserFactory.create(), EventFactory.create())
    waiting = attend(UserFactory.create(), EventFactory.create(max_capacity=0))

    assert kind(client_of_staff.post(one(early, "check_in/"))) == (409, "not_begun")
    assert kind(client_of_staff.post(one(waiting, "check_in/"))) == (409, "waitlisted")


def test_place_that_is_offered_is_accepted_or_turned_down(client_of: ClientOf) -> None:
    event = EventFactory.create(max_capacity=1, offer_minutes=60)
    people = UserFactory.create_batch(4, roles=["customer"])
    relations = [attend(person, event) for person in people]
    clients = [client_of(person) for person in people]

    clients[0].delete(one(relations[0]))
    offered = clients[1].get(one(relations[1])).json()
    down = clients[1].post(one(relations[1], "decline/"))
    taken = [clients[2].post(one(relations[2], "accept/")) for _time in range(2)]
    early = clients[3].post(one(relations[3], "accept/"))

    assert (offered["status"], offered["offer_expires_at"] is not None) == ("offered", True)
    assert (down.status_code, down.json()["status"]) == (200, "cancelled")
    assert [(answer.status_code, answer.json()["status"]) for answer in taken] == [(200, "confirmed")] * 2
    assert taken[0].json()["offer_expires_at"] is None
    assert problem(early) == (409, [])


def test_customers_take_no_steps_but_their_own(client_of: ClientOf, customer: User, running: Event) -> None:
    own, others = attend(customer, running), attend(UserFactory.create(), running)
    pending = UserEventRelation.objects.get(
        pk=client_of(customer).post(registrations(EventFactory.create(requires_approval=True))).json()["id"]
    )
    client = client_of(customer)

    assert [client.post(one(one_of, "check_in/")).status_code for one_of in (own, others)] == [403, 403]
    assert client.post(one(pending, "approve/")).status_code == 403
    declined = client.post(one(pending, "decline/"))
    assert declined.status_code == 403
    assert declined.json()["detail"].endswith("Cancel your registration instead.")
    assert client.delete(one(others)).status_code == 404
    assert [row["user_id"] for row in client.get(registrations(running)).json()["results"]] == [str(customer.pk)]
    stranger = {"user_id": str(others.user_id)}
    assert problem(client.post(registrations(running), stranger)) == (400, [("/user_id", "does_not_exist")])


def test_organizers_lead_their_own_events_alone(client_of: ClientOf, organizer: User, running: Event) -> None:
    others = attend(UserFactory.create(), running)
    own = attend(UserFactory.create(), PastEventFactory.create(start_at=running.start_at, end_at=running.end_at))
    host(organizer, own.event)
    client = client_of(organizer)
    somebody = {"user_id": str(UserFactory.create().pk)}

    assert client.post(one(own, "check_in/")).status_code == 200
    assert client.post(one(others, "check_in/")).status_code == 403
    assert client.post(registrations(own.event), somebody).status_code == 201
    assert client.post(registrations(running), somebody).status_code == 403
    assert client.post(registrations(running)).status_code == 201  # themselves


@pytest.mark.parametrize("status", ["draft", "cancelled", "completed"])
def test_event_that_customers_may_not_know_of_is_not_found(client_of: ClientOf, customer: User, status: str) -> None:
    event = EventFactory.create(status=status)

    assert client_of(customer).get(registrations(event)).status_code == 404
    assert client_of(customer).post(registrations(event)).status_code == 404


@pytest.mark.parametrize(
    ("body", "answer"),
    [
        ({"user_id": "nobody"}, (400, [("/user_id", "does_not_exist")])),
        ({"user_id": 7}, (400, [("/user_id", "type")])),
        ({"user": "x"}, (400, [("/user", "unknown")])),
    ],
)
def test_bad_registration_is_refused(client_of_staff: APIClient, body: dict[str, Any], answer: Any) -> None:
    assert problem(client_of_staff.post(registrations(EventFactory.create()), body)) == answer


def test_registered_twice_with_one_key_is_answered_alike(client_of_staff: APIClient) -> None:
    event, body = EventFactory.create(), {"user_id": str(UserFactory.create().pk)}

    answers = [client_of_staff.post(registrations(event), body, headers={"Idempotency-Key": "1"}) for _time in range(2)]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[1]["Idempotent-Replayed"] == "true"
