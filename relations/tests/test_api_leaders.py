"""Who leads an event, as callers are told: customers read the organizer and know of themselves alone."""

from collections.abc import Callable

import pytest
from rest_framework.test import APIClient

from events.tests.factories import EventFactory
from relations.models import Role
from relations.services import add_relation
from relations.tests.factories import host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"


@pytest.mark.parametrize("path", ["", "{id}/"])
@pytest.mark.parametrize(
    ("caller", "knows"), [("staff", True), ("organizer", True), ("agent", True), ("customer", False)]
)
def test_who_leads_is_shown_to_who_may_know_of_them(
    request: pytest.FixtureRequest, client_of: Callable[[User], APIClient], path: str, caller: str, *, knows: bool
) -> None:
    leader, event = UserFactory.create(), EventFactory.create()
    add_relation(user=leader, event=event, role=Role.OWNER, actor=None, reason="test")
    host(leader, event)

    answer = client_of(request.getfixturevalue(caller)).get(EVENTS + path.format(id=event.pk)).json()

    [shown] = answer.get("results", [answer])
    assert (shown["owner"], shown["hosts"]) == ((str(leader.pk), [str(leader.pk)]) if knows else (None, []))


def test_customer_who_hosts_is_shown_themselves(client_of: Callable[[User], APIClient], customer: User) -> None:
    event = EventFactory.create()
    host(UserFactory.create(), event)
    host(customer, event)

    found = client_of(customer).post(f"{EVENTS}filter/", {"filter": {}}, format="json").json()

    assert [(one["owner"], one["hosts"]) for one in found["results"]] == [(None, [str(customer.pk)])]


def test_customer_cannot_ask_which_events_somebody_else_hosts(
    client_of: Callable[[User], APIClient], customer: User
) -> None:
    leader = UserFactory.create()
    host(leader, EventFactory.create())

    answer = client_of(customer).get(EVENTS, {"host": str(leader.pk)})

    assert answer.status_code == 400 or answer.json()["results"] == []
