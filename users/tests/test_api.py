"""People one by one over REST."""

from collections.abc import Callable
from typing import Any

import pytest
from rest_framework.test import APIClient

from users.models import User
from users.tests.answers import PEOPLE, problem, shown
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def helper(db: None) -> APIClient:
    """Return a client of somebody on the staff who is no administrator."""
    client = APIClient()
    client.force_authenticate(UserFactory.create(roles=["agent"]))
    return client


def test_created_person_is_answered_whole(client_of_staff: APIClient) -> None:
    body = {
        "name": "Ada King Lovelace",
        "email": "ADA@Example.com",
        "phone_number": "+44 20 7946 0000",
        "city": "London",
    }

    response = client_of_staff.post(PEOPLE, body)

    person = User.objects.get(email="ada@example.com")
    assert response.status_code == 201
    assert response.json() == {
        "id": str(person.pk),
        "external_id": None,
        "first_name": "Ada",
        "last_name": "King Lovelace",
        "email": "ada@example.com",
        "phone_number": "+442079460000",
        "avatar": "",
        "gender": "",
        "job_title": "",
        "company": "",
        "city": "London",
        "state": "",
        "timezone": "UTC",
        "language": "en",
        "hosted_count": 0,
        "attended_count": 0,
        "roles": [],
        "created_at": shown(person.created_at),
        "updated_at": shown(person.updated_at),
    }
    assert not person.has_usable_password()


@pytest.mark.parametrize(
    ("body", "fault"),
    [
        ({"email": "taken@example.com"}, ("/email", "unique")),
        ({"email": "TAKEN@example.com"}, ("/email", "unique")),
        ({"email": "no address"}, ("/email", "invalid")),
        ({"external_id": "me"}, ("/external_id", "external_id")),
        ({"timezone": "Mars"}, ("/timezone", "zone")),
        ({"avatar": "javascript:alert(1)"}, ("/avatar", "invalid")),
        ({"first_name": "x" * 151}, ("/first_name", "max_length")),
        ({"first_name": 5, "is_staff": True}, ("/is_staff", "unknown")),
        ({"first_name": ["x"]}, ("/first_name", "invalid")),
        ({"name": "A B", "first_name": "A"}, ("/name", "invalid")),
        ({"name": "x" * 151}, ("/name", "max_length")),
        ({"name": "A " + "x" * 151}, ("/name", "max_length")),
        ({"name": "x" * 301}, ("/name", "max_length")),
        ([{"first_name": "A"}], ("", "invalid")),
        ({}, ("", "invalid")),
        ({"first_name": " ", "email": "", "external_id": "", "company": "Acme"}, ("", "invalid")),
    ],
)
def test_bad_person_is_refused_with_its_place(
    client_of_staff: APIClient, body: dict[str, Any], fault: tuple[str, str]
) -> None:
    UserFactory.create(email="taken@example.com")

    status, faults = problem(client_of_staff.post(PEOPLE, body))

    assert status == 400
    assert [(place or "", code) for place, code in faults] == [fault]
    assert User.objects.count() == 2


def test_person_is_found_by_id_and_external_id(client_of_staff: APIClient) -> None:
    person = UserFactory.create(external_id="crm-7", roles=["organizer"])

    by_id = client_of_staff.get(f"{PEOPLE}{person.pk}/").json()
    by_external_id = client_of_staff.get(f"{PEOPLE}crm-7").json()

    assert by_id == by_external_id
    assert by_id["roles"] == ["organizer"]


@pytest.mark.parametrize("identifier", ["nobody", "00000000-0000-0000-0000-000000000000", "%00", "1"])
def test_unknown_person_is_not_found(client_of_staff: APIClient, identifier: str) -> None:
    assert problem(client_of_staff.get(f"{PEOPLE}{identifier}/")) == (404, [])


def test_taking_away_the_last_thing_to_know_somebody_by_is_refused(client_of_staff: APIClient) -> None:
    person = UserFactory.create(first_name="Ada", last_name="", email=None)

    answer = client_of_staff.patch(f"{PEOPLE}{person.pk}/", {"first_name": ""})
    instead = client_of_staff.patch(f"{PEOPLE}{person.pk}/", {"first_name": "", "phone_number": "+44 20 7946 0018"})

    assert (answer.status_code, instead.status_code) == (400, 200)
    assert answer.json()["detail"] == "A person needs a name, an e-mail, a phone number or an external id."


@pytest.mark.parametrize("verb", ["put", "patch"])
def test_change_leaves_unsent_and_read_only_fields(client_of_staff: APIClient, verb: str) -> None:
    person = UserFactory.create(first_name="Old", city="Rome")

    response = getattr(client_of_staff, verb)(f"{PEOPLE}{person.pk}/", {"first_name": "New", "hosted_count": 9})

    changed = response.json()
    assert (response.status_code, changed["first_name"], changed["city"], changed["hosted_count"]) == (
        200,
        "New",
        "Rome",
        0,
    )


def test_whole_answer_can_be_sent_back(client_of_staff: APIClient) -> None:
    person = UserFactory.create()
    answer = client_of_staff.get(f"{PEOPLE}{person.pk}/").json()

    again = client_of_staff.put(f"{PEOPLE}{person.pk}/", answer)

    assert (again.status_code, again.json()) == (200, answer)


def test_deleted_person_is_gone(client_of_staff: APIClient) -> None:
    person = UserFactory.create()

    assert client_of_staff.delete(f"{PEOPLE}{person.pk}/").status_code == 204
    assert client_of_staff.delete(f"{PEOPLE}{person.pk}/").status_code == 404


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {"roles": ["admin"]}, {"roles": ["agent", "customer"]}])
def test_sign_in_of_who_holds_another_role_is_not_for_staff_to_change(
    helper: APIClient, rights: dict[str, Any]
) -> None:
    other = UserFactory.create(**rights)
    path = f"{PEOPLE}{other.pk}/"

    refused = helper.patch(path, {"email": "mine@example.com"})
    allowed = helper.patch(path, {"email": other.email, "city": "Rome"})

    assert (problem(refused), allowed.status_code) == ((403, []), 200)
    assert User.objects.get(pk=other.pk).email == other.email


def test_deleting_people_is_for_administrators(helper: APIClient) -> None:
    assert problem(helper.delete(f"{PEOPLE}{UserFactory.create().pk}/")) == (403, [])


def test_administrator_hands_out_roles(client_of_staff: APIClient) -> None:
    made = client_of_staff.post(PEOPLE, {"first_name": "Ann", "roles": ["agent"]}).json()
    changed = client_of_staff.patch(f"{PEOPLE}{made['id']}/", {"roles": ["customer", "organizer"]}).json()

    assert (made["roles"], changed["roles"]) == (["agent"], ["customer", "organizer"])
    assert User.objects.get(pk=made["id"]).is_staff
    unknown = client_of_staff.patch(f"{PEOPLE}{made['id']}/", {"roles": ["boss"]})
    assert problem(unknown) == (400, [("/roles/0", "invalid_choice")])


def test_roles_from_anybody_else_are_ignored(helper: APIClient) -> None:
    own = User.objects.get(is_staff=True)

    assert helper.patch(f"{PEOPLE}{own.pk}/", {"roles": ["admin"], "city": "Rome"}).json()["roles"] == ["agent"]


def test_administrator_cannot_lock_themselves_out(client_of: Callable[[User], APIClient]) -> None:
    own = UserFactory.create(roles=["admin"], city="Bonn")

    refused = client_of(own).patch(f"{PEOPLE}{own.pk}/", {"roles": ["agent"], "city": "Rome"})

    assert problem(refused) == (409, [])
    assert (set(User.objects.get(pk=own.pk).role_names), User.objects.get(pk=own.pk).city) == ({"admin"}, "Bonn")


def test_own_profile_and_contacts_are_for_staff_to_change(helper: APIClient) -> None:
    own, contact = User.objects.get(is_staff=True), UserFactory.create()

    answers = [helper.patch(f"{PEOPLE}{one.pk}/", {"city": "Rome"}) for one in (own, contact)]

    assert [(answer.status_code, answer.json()["city"]) for answer in answers] == [(200, "Rome")] * 2


@pytest.mark.parametrize("right", ["is_superuser", "is_staff", "groups", "user_permissions", "password"])
def test_rights_are_not_for_the_api_to_hand_out(helper: APIClient, right: str) -> None:
    own = User.objects.get(is_staff=True)

    assert problem(helper.patch(f"{PEOPLE}{own.pk}/", {right: True})) == (400, [(f"/{right}", "unknown")])


def test_people_without_keys_may_say_so_with_empty_texts(client_of_staff: APIClient) -> None:
    answers = [client_of_staff.post(PEOPLE, {"name": "A", "external_id": "", "email": ""}) for _ in range(2)]
    stored = client_of_staff.patch(f"{PEOPLE}{answers[0].json()['id']}/", {"external_id": "", "email": ""})

    shown_keys = [(answer.status_code, answer.json()["external_id"], answer.json()["email"]) for answer in answers]
    assert shown_keys == [(201, None, None)] * 2
    assert (stored.status_code, stored.json()["email"]) == (200, None)


def test_outsider_and_nobody_see_nothing(outsider: User) -> None:
    client = APIClient()
    unknown = problem(client.get(PEOPLE))
    client.force_authenticate(outsider)

    assert (unknown, problem(client.get(PEOPLE)), problem(client.post(PEOPLE, {}))) == ((401, []), (403, []), (403, []))


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"{", "application/json", 400),
        (b'{"first_name": NaN}', "application/json", 400),
        (b'{"first_name": "\xff"}', "application/json", 400),
        (rb'{"first_name": "\ud800"}', "application/json", 400),
        (rb'{"first_name": "a\u0000b"}', "application/json", 400),
        (b'{"a": 1, "a": 2}', "application/json", 400),
        (b"[" * 100_000, "application/json", 400),
        (b"first_name=x", "application/x-www-form-urlencoded", 415),
    ],
)
def test_body_that_cannot_be_read_is_refused(
    client_of_staff: APIClient, body: bytes, content_type: str, status: int
) -> None:
    response = client_of_staff.post(PEOPLE, body, content_type=content_type)

    assert problem(response)[0] == status


def test_unknown_address_and_method_are_problems(client_of_staff: APIClient) -> None:
    assert problem(client_of_staff.get("/api/v1/peeple/")) == (404, [])
    assert problem(client_of_staff.put(PEOPLE, {})) == (405, [])
    assert problem(client_of_staff.get(PEOPLE, headers={"Accept": "text/csv"})) == (406, [])


def test_browser_gets_a_page(client: Any, staff: User) -> None:
    client.force_login(staff)

    response = client.get(PEOPLE, headers={"Accept": "text/html"})

    assert response.status_code == 200
    assert response.headers["Content-Type"].startswith("text/html")
    assert "Sam" in response.content.decode()


@pytest.mark.parametrize("language", ["Klingon (old)", "", None])
def test_language_has_the_form_of_a_tag(client_of_staff: APIClient, language: str | None) -> None:
    person = UserFactory.create()

    wrong = client_of_staff.patch(f"{PEOPLE}{person.pk}/", {"language": language})
    right = client_of_staff.patch(f"{PEOPLE}{person.pk}/", {"language": "pt_BR"})

    assert (wrong.status_code, [pointer for pointer, _code in problem(wrong)[1]]) == (400, ["/language"])
    assert right.json()["language"] == "pt-br"
