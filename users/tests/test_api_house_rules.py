import pytest
from rest_framework.test import APIClient

from events.tests.factories import PastEventFactory
from relations.tests.factories import attended
from users.models import User
from users.services import set_roles
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/users/"
KEY = {"Idempotency-Key": "a-key-of-my-own"}


def test_person_made_twice_with_one_key_is_one_person(client_of_staff: APIClient) -> None:
    body = {"first_name": "Ada", "email": "ada@example.com"}

    first, again = (client_of_staff.post(PEOPLE, body, headers=KEY) for _attempt in range(2))

    assert (first.status_code, again.status_code, again["Idempotent-Replayed"]) == (201, 201, "true")
    assert (again.content, again["ETag"], again["Location"]) == (first.content, first["ETag"], first["Location"])
    assert client_of_staff.get(first["Location"]).json() == first.json()
    assert User.objects.filter(email="ada@example.com").count() == 1


def test_tag_of_a_person_tells_edits_and_roles_apart_and_leaves_counts_out(client_of_staff: APIClient) -> None:
    person = UserFactory.create()
    address = f"{PEOPLE}{person.pk}/"
    first = client_of_staff.get(address)["ETag"]

    attended(person, PastEventFactory.create())
    counted = client_of_staff.get(address)
    set_roles(user=person, roles=["agent"], actor=None)
    promoted = client_of_staff.get(address)["ETag"]
    edited = client_of_staff.patch(address, {"city": "Oslo"})["ETag"]

    assert (counted.json()["attended_count"], counted["ETag"]) == (1, first)
    assert len({first, promoted, edited}) == 3


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_stale_tag_of_a_person_is_refused(client_of_staff: APIClient, method: str) -> None:
    person = UserFactory.create(city="Bergen")
    address = f"{PEOPLE}{person.pk}/"
    stale = client_of_staff.get(address)["ETag"]
    client_of_staff.patch(address, {"city": "Oslo"})

    answer = getattr(client_of_staff, method)(address, {"city": "Rome"}, headers={"If-Match": stale})

    assert (answer.status_code, User.objects.get(pk=person.pk).city) == (412, "Oslo")
