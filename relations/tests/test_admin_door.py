"""The door of an event: tickets and names, what is said of each, and that looking changes nothing."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone as clock

from events.models import Event
from events.tests.factories import EventFactory
from relations.models import UserEventRelation
from relations.promotion import serve_queue
from relations.registration import check_in
from relations.services import end_relation
from relations.tests.factories import attend, host
from relations.tickets import ticket_address, ticket_code
from users.models import User
from users.tests.factories import UserFactory


@pytest.fixture
def event(db: None) -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), max_capacity=2)


def door(event: Event) -> str:
    return reverse("admin:events_event_check_in", args=[event.pk])


def status(relation: UserEventRelation) -> str:
    relation.refresh_from_db()
    return relation.status


def word(answer: Any) -> str:
    return str(answer.context["verdict"].word)


def found(answer: Any) -> list[str]:
    return [row["relation"].user.first_name for row in answer.context["found"]]


@pytest.mark.parametrize("of", [ticket_code, ticket_address])
def test_ticket_is_welcome_once(admin_of_staff: Client, staff: User, event: Event, of: Any) -> None:
    relation = attend(UserFactory.create(first_name="Ann"), event)
    first, second = (admin_of_staff.post(door(event), {"text": f" {of(relation.pk)} "}) for _time in range(2))
    at = relation.transitions.get(to_status="attended")
    assert (word(first), word(second)) == ("welcome", "already")
    assert (at.actor, at.reason) == (staff, "checked in at the door")
    assert (first.context["came"], first.context["places"]) == (1, 1)
    assert "Ann" in first.content.decode()


def test_already_in_says_when_on_the_events_own_clock(admin_of_staff: Client, event: Event) -> None:
    Event.objects.filter(pk=event.pk).update(timezone="Asia/Kolkata")
    relation = attend(UserFactory.create(), event)
    check_in(relation=relation, actor=None, reason="test")
    at = relation.transitions.get(to_status="attended").at + timedelta(hours=5, minutes=30)
    answer = admin_of_staff.post(door(event), {"text": ticket_code(relation.pk)})
    assert answer.context["verdict"].text == f"Already in at {at:%H:%M}."


def test_looking_at_a_ticket_checks_nobody_in(admin_of_staff: Client, event: Event) -> None:
    relation = attend(UserFactory.create(), event)
    code = ticket_code(relation.pk)
    answers = [admin_of_staff.get(door(event), {name: code}) for name in ("ticket", "text")]
    assert [word(answer) for answer in answers] == ["expected", "expected"]
    assert status(relation) == "confirmed"


def test_ticket_of_another_event_names_that_and_nobody(admin_of_staff: Client, event: Event) -> None:
    relation = attend(UserFactory.create(first_name="Hidden"), EventFactory.create(title="Elsewhere"))
    answer = admin_of_staff.post(door(event), {"text": ticket_code(relation.pk)})
    assert (word(answer), "“Elsewhere”" in answer.context["verdict"].text) == ("elsewhere", True)
    assert "Hidden" not in answer.content.decode()
    assert status(relation) == "confirmed"


def test_ticket_that_somebody_made_up(admin_of_staff: Client, event: Event) -> None:
    made_up = ticket_code(event.pk)[:-1] + "_"
    assert word(admin_of_staff.post(door(event), {"text": made_up})) == "unknown"


def test_ticket_of_who_waits_tells_the_place(admin_of_staff: Client, event: Event) -> None:
    relations = [attend(UserFactory.create(), event) for _number in range(4)]
    answer = admin_of_staff.post(door(event), {"text": ticket_code(relations[3].pk)})
    assert (word(answer), answer.context["verdict"].text) == ("no_place", "Is on the waitlist, at place 2.")
    assert status(relations[3]) == "waitlisted"


def test_ticket_that_was_cancelled(admin_of_staff: Client, event: Event) -> None:
    relation = attend(UserFactory.create(), event)
    end_relation(relation=relation, actor=None, reason="fell ill")
    answer = admin_of_staff.post(door(event), {"text": ticket_code(relation.pk)})
    assert answer.context["verdict"].text == "The registration is cancelled: register them again."


def test_ticket_before_the_doors_open(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    relation = attend(UserFactory.create(), event)
    answer = admin_of_staff.post(door(event), {"text": ticket_code(relation.pk)})
    assert (word(answer), "has not begun" in answer.context["verdict"].text) == ("refused", True)
    assert "Check-in opens" in answer.context["closed"]


def test_name_with_a_typo_finds_this_events_people_alone(admin_of_staff: Client, event: Event) -> None:
    for place in (event, EventFactory.create()):
        attend(UserFactory.create(first_name="Katharina", last_name="Lindqvist"), place)
    for text in ("Katharina", "Lindquist", "lindqvist k"):
        assert found(admin_of_staff.post(door(event), {"text": text})) == ["Katharina"]
    assert found(admin_of_staff.get(door(event), {"text": "Nobody Such"})) == []


@pytest.mark.parametrize(
    "text",
    [
        "Duois",
        "dubiois",
        "Dobois",
        "Udbois",
        "Duboi",
        "Ivvan Dubios",
        "Comr0",
        "Neu Comr0",
        "DÜOIS",
        "ivan.dubois.39@exmple.com",
        "ivan.dubois.39@example.cmo",
        "Ivan.Dubois,39@example.com",
    ],
)
def test_one_letter_off_finds_the_person(admin_of_staff: Client, event: Event, text: str) -> None:
    for first, last, email in (("Ivan", "Dubois", "ivan.dubois.39@example.com"), ("New", "Comer0", "n@example.com")):
        person = UserFactory.create(first_name=first, last_name=last, email=email, phone_number=None)
        attend(person, event)
        attend(UserFactory.create(first_name=first, last_name=last), EventFactory.create())
    attend(UserFactory.create(first_name="Duo", last_name="Comrade", email="d@example.com"), event)
    expected = "New" if "Com" in text else "Ivan"
    assert found(admin_of_staff.get(door(event), {"text": text}))[:1] == [expected]


def test_as_typed_comes_before_one_letter_off_and_numbers_are_not_forgiven(
    admin_of_staff: Client, event: Event
) -> None:
    for first in ("Marie", "Maria"):
        attend(UserFactory.create(first_name=first, last_name="Q", email=None, phone_number="+49301234567"), event)
    assert found(admin_of_staff.get(door(event), {"text": "Marie"}))[0] == "Marie"
    assert found(admin_of_staff.get(door(event), {"text": "Maria"}))[0] == "Maria"
    assert found(admin_of_staff.get(door(event), {"text": "+49301234568"})) == []
    assert found(admin_of_staff.get(door(event), {"text": "Qx"})) == []


def test_row_checks_in_and_takes_back(admin_of_staff: Client, event: Event) -> None:
    relation = attend(UserFactory.create(first_name="Ann"), event)
    body = {"relation": relation.pk, "text": "ann"}
    came = admin_of_staff.post(door(event), {**body, "step": "check-in"})
    assert (word(came), found(came), status(relation)) == ("welcome", ["Ann"], "attended")
    undone = admin_of_staff.post(door(event), {**body, "step": "undo"})
    assert (word(undone), status(relation)) == ("undone", "confirmed")


def test_who_registered_again_is_found_as_they_stand_now(admin_of_staff: Client, event: Event) -> None:
    person = UserFactory.create(first_name="Ann")
    end_relation(relation=attend(person, event), actor=None, reason="test")
    again = attend(person, event)
    [row] = admin_of_staff.get(door(event), {"text": "ann"}).context["found"]
    assert (row["relation"], row["step"]) == (again, "check-in")


def test_row_of_another_event_is_nobodys(admin_of_staff: Client, event: Event) -> None:
    now = clock.now()
    relation = attend(UserFactory.create(), EventFactory.create(start_at=now, end_at=now + timedelta(hours=1)))
    answer = admin_of_staff.post(door(event), {"relation": relation.pk, "step": "check-in"})
    assert (answer.context["verdict"], status(relation)) == (None, "confirmed")


@pytest.mark.parametrize(
    "text", ["a" * 500, "%", "ä ö", "' OR 1=1 --", "a.b", "/tickets/", "ab(c", "[abcd] \\yab", "©©©© (a|b", "⑴⑵⑶⑷ ﬁab"]
)
def test_any_text_is_answered(admin_of_staff: Client, event: Event, text: str) -> None:
    assert [admin_of_staff.post(door(event), {"text": text}).status_code for _time in range(2)] == [200, 200]
    assert admin_of_staff.get(door(event), {"text": text, "ticket": text}).status_code == 200


def test_script_gets_the_inner_part(admin_of_staff: Client, event: Event) -> None:
    part = admin_of_staff.get(door(event), {"text": "ann"}, headers={"X-Requested-With": "door"}).content.decode()
    assert ("<html" in part, "Checked in" in part) == (False, True)


def test_search_at_one_and_three_rows_of_each_kind_asks_as_often(admin_of_staff: Client, event: Event) -> None:
    """Those who came, who is expected and who waits."""

    def come(names: list[str]) -> None:
        for name in names:
            check_in(relation=attend(UserFactory.create(first_name=name), event), actor=None, reason="test")

    def counted() -> int:
        with CaptureQueriesContext(connection) as asked:
            admin_of_staff.get(door(event), {"text": "ann"})
        return len(asked)

    come(["Ann"])
    for name in ("Anna", "Annie"):
        attend(UserFactory.create(first_name=name), event)
    counted()
    at_first = counted()
    attend(UserFactory.create(first_name="Annabel"), event)
    Event.objects.filter(pk=event.pk).update(max_capacity=10)
    serve_queue(event=event, actor=None)
    come(["Annika", "Annette"])
    Event.objects.filter(pk=event.pk).update(max_capacity=1)
    for name in ("Annalena", "Anneliese"):
        attend(UserFactory.create(first_name=name), event)
    assert counted() == at_first
    assert len(found(admin_of_staff.get(door(event), {"text": "ann"}))) == 8


@pytest.mark.parametrize("role", ["organizer", "agent"])
def test_door_is_for_who_leads(event: Event, role: str) -> None:
    client, user = Client(), UserFactory.create(roles=[role])
    client.force_login(user)
    relation = attend(UserFactory.create(), event)
    body = {"text": ticket_code(relation.pk)}
    assert [client.get(door(event)).status_code, client.post(door(event), body).status_code] == [403, 403]
    assert status(relation) == "confirmed"
    host(user, event)
    assert client.post(door(event), body).status_code == (200 if role == "organizer" else 403)
