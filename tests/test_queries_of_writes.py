"""How many queries it takes to write one event or person: each is a round trip while somebody waits.

In a test the request runs within a transaction: each question of its own about constraints, and each transaction, has
two more, which make and release a savepoint.
"""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVENT = {"title": "Meeting", "start_at": "2040-01-01T10:00:00Z"}


def queries_of(client: APIClient, method: str, path: str, body: dict[str, Any]) -> int:
    """Return how many queries a call takes that must not fail."""
    with CaptureQueriesContext(connection) as queries:
        answer = getattr(client, method)(f"/api/v1/{path}", body, format="json")
    assert answer.status_code in {200, 201}
    return len(queries)


@pytest.mark.parametrize(
    ("body", "most"), [({"description": "Talks."}, 12), ({"title": "Another", "max_capacity": 5, "venue": "Hall"}, 16)]
)
def test_changing_an_event_takes_few_queries(client_of_staff: APIClient, body: dict[str, Any], most: int) -> None:
    event = EventFactory.create()

    assert queries_of(client_of_staff, "patch", f"events/{event.pk}/", body) <= most


def test_making_an_event_takes_few_queries(client_of_staff: APIClient) -> None:
    assert queries_of(client_of_staff, "post", "events/", EVENT) <= 35


@pytest.mark.parametrize(("body", "most"), [({"city": "Rome"}, 17), ({"email": "new@example.com"}, 26)])
def test_changing_a_person_takes_few_queries(client_of_staff: APIClient, body: dict[str, Any], most: int) -> None:
    person = UserFactory.create()

    assert queries_of(client_of_staff, "patch", f"users/{person.pk}/", body) <= most


def test_making_a_person_takes_few_queries(client_of_staff: APIClient) -> None:
    assert queries_of(client_of_staff, "post", "users/", {"first_name": "Nora", "email": "nora@example.com"}) <= 16


def test_every_violated_constraint_is_named() -> None:
    event = EventFactory.build(offer_minutes=-1, status="lost", external_id="me")

    with pytest.raises(ValidationError) as refused:
        event.validate_constraints()

    assert len(refused.value.messages) == 3


def test_constraint_about_a_field_that_is_left_out_rests() -> None:
    person = UserFactory.build(email="UPPER@example.com", language="?")

    with pytest.raises(ValidationError) as refused:
        person.validate_constraints(exclude={"email"})

    assert len(refused.value.messages) == 1
    person.validate_constraints(exclude={"email", "language"})


@pytest.mark.parametrize(("model", "factory"), [(Event, EventFactory), (User, UserFactory)])
def test_constraints_are_asked_about_together(model: Any, factory: Any, django_assert_num_queries: Any) -> None:
    sound = factory.build()
    names = {field.name for field in model._meta.concrete_fields}

    with django_assert_num_queries(3):  # the question, within a savepoint
        sound.validate_constraints()
    with django_assert_num_queries(0):
        sound.validate_constraints(exclude=names)
