"""“Who can see this record, and why?” against the rules themselves, for everybody there is."""

from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.tests.factories import EventFactory
from relations.admin.access import EventAccess
from relations.tests.factories import attend, host
from users.admin.access import AccessPanel, PersonAccess
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db
ROLES: tuple[list[str], ...] = (
    ["admin"],
    ["organizer"],
    ["agent"],
    ["customer"],
    ["agent", "customer"],
    ["organizer", "agent"],
    [],
)


@pytest.fixture
def cast() -> list[User]:
    """Everybody that the rules tell apart, and the same again without an account."""
    active = [UserFactory.create(roles=roles) for roles in ROLES]
    gone = [UserFactory.create(roles=roles, is_active=False) for roles in ROLES]
    return [*active, *gone, StaffFactory.create()]


def assert_panel_says_what_the_rules_do(panel: AccessPanel, record: Any, model: type[Any]) -> None:
    lines = panel.lines(record)
    said = {person.pk: line.changes for line in lines for person in line.people}
    assert sum(line.people.count() for line in lines) == len(said)
    allowed = {
        caller.pk: caller == record  # by /users/me/, with a role or without
        or (
            caller.has_perm(f"{model._meta.app_label}.change_{model._meta.model_name}")
            and model.objects.editable_by(caller).filter(pk=record.pk).exists()
        )
        for caller in User.objects.all()
        if model.objects.visible_to(caller).filter(pk=record.pk).exists()
    }
    assert said == allowed


@pytest.mark.parametrize("index", range(2 * len(ROLES) + 1))
def test_who_can_see_a_person(cast: list[User], index: int) -> None:
    assert_panel_says_what_the_rules_do(PersonAccess(), cast[index], User)


@pytest.mark.parametrize("status", ["draft", "active", "cancelled", "completed"])
def test_who_can_see_an_event(cast: list[User], status: str) -> None:
    event = EventFactory.create()
    another = UserFactory.create(roles=["organizer"])
    host(another, event)
    for person in cast[:4]:
        attend(person, event)
    host(UserFactory.create(roles=["customer"]), event)
    Event.objects.filter(pk=event.pk).update(status=status)
    event.refresh_from_db()
    assert_panel_says_what_the_rules_do(EventAccess(), event, Event)


def test_tab_names_a_few_and_counts_the_rest(admin_of_staff: Client) -> None:
    UserFactory.create_batch(7, roles=["agent"])
    event = EventFactory.create()
    page = admin_of_staff.get(reverse("admin:events_event_panel", args=[event.pk, "access"]))
    assert "and 2 more" in page.content.decode()


@pytest.mark.parametrize(
    ("rights", "limited"), [({}, False), ({"roles": ["customer"]}, True), ({"password": "x"}, True)]
)
def test_tab_says_whose_sign_in_is_their_own(admin_of_staff: Client, rights: dict[str, Any], *, limited: bool) -> None:
    person = UserFactory.create(**rights)

    page = admin_of_staff.get(reverse("admin:users_user_panel", args=[person.pk, "access"]))

    said = "E-mail, sign-in and external id of this person only administrators and they themselves."
    assert (said in page.content.decode()) == limited
