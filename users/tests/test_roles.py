"""Roles: who has which right, and which people that reaches."""

from collections.abc import Callable

import pytest
from django.contrib.auth.models import AnonymousUser, Group
from django.core.exceptions import PermissionDenied
from django.core.management import call_command
from rest_framework.test import APIClient

from users.models import User
from users.roles import Role, roles_with
from users.services import set_roles
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def names(people: "object") -> list[str]:
    return sorted(str(person) for person in people)  # type: ignore[attr-defined]  # a queryset


def test_each_role_has_its_group() -> None:
    Group.objects.filter(name="agent").delete()
    call_command("migrate", verbosity=0)
    assert set(Role.values) <= set(Group.objects.values_list("name", flat=True))


@pytest.mark.parametrize(
    ("role", "may"),
    [
        ("admin", {"users.delete_user", "events.change_event", "mailing.add_campaign", "mailing.delete_suppression"}),
        ("organizer", {"events.change_event", "mailing.add_campaign"}),
        ("agent", set()),
        ("customer", set()),
    ],
)
def test_rights_follow_the_role(role: str, may: set[str]) -> None:
    asked = ["users.delete_user", "events.change_event", "mailing.add_campaign", "mailing.delete_suppression"]
    person = UserFactory.create(roles=[role])
    assert {one for one in asked if person.has_perm(one)} == may


def test_rights_end_with_the_account() -> None:
    person = UserFactory.create(roles=["admin"], is_active=False)
    assert not person.has_perm("users.view_user")
    assert list(User.objects.visible_to(person)) == []


def test_permissions_in_the_database_give_nothing() -> None:
    from django.contrib.auth.models import Permission

    person = UserFactory.create(roles=["customer"])
    person.user_permissions.add(Permission.objects.get(codename="delete_user"))
    Group.objects.get(name="customer").permissions.add(Permission.objects.get(codename="add_user"))
    assert [person.has_perm(f"users.{one}_user") for one in ("view", "change", "add", "delete")] == [
        True,
        True,
        False,
        False,
    ]


def test_roles_with_a_right_are_known() -> None:
    assert roles_with("users.change_user") == set(Role)
    assert roles_with("nowhere.view_nothing") == {Role.ADMIN}


def test_apps_that_one_may_use(customer: User) -> None:
    assert [customer.has_module_perms(app) for app in ("users", "mailing")] == [True, False]
    assert not AnonymousUser().has_module_perms("users")
    assert customer.get_all_permissions() >= {"users.view_user", "events.view_event"}


def test_people_that_one_may_know_of(staff: User, organizer: User, agent: User, customer: User, outsider: User) -> None:
    everybody = names(User.objects.all())
    seen = {str(caller): names(User.objects.visible_to(caller)) for caller in (organizer, agent, customer, outsider)}
    assert seen == {
        "Oscar Organizer": everybody,
        "Agnes Agent": everybody,
        "Carl Customer": ["Carl Customer"],
        "Olga Outsider": ["Olga Outsider"],
    }
    assert names(User.objects.visible_to(AnonymousUser())) == []


def test_people_whose_sign_in_one_may_change(
    staff: User, organizer: User, agent: User, customer: User, outsider: User
) -> None:
    both = UserFactory.create(first_name="Bo", last_name="Both", roles=["agent", "organizer"])
    signs_in = UserFactory.create(first_name="Pia", last_name="Password")
    signs_in.set_password("a long enough one")
    signs_in.save()
    reached = {
        str(caller): names(User.objects.sign_in_editable_by(caller)) for caller in (both, agent, customer, outsider)
    }
    assert reached == {
        "Bo Both": ["Bo Both", "Olga Outsider"],
        "Agnes Agent": ["Agnes Agent", "Olga Outsider"],
        "Carl Customer": ["Carl Customer"],
        "Olga Outsider": ["Olga Outsider"],
    }
    assert names(User.objects.sign_in_editable_by(staff)) == names(User.objects.all())


@pytest.mark.parametrize("role", ["organizer", "agent", "customer"])
def test_roles_are_for_administrators_to_hand_out(role: str) -> None:
    actor = UserFactory.create(roles=[role])
    with pytest.raises(PermissionDenied):
        set_roles(user=actor, roles=["admin"], actor=actor)


def test_superuser_stays_on_the_staff_without_a_role() -> None:
    person = StaffFactory.create()
    set_roles(user=person, roles=[], actor=None)
    assert User.objects.get(pk=person.pk).is_staff


def test_groups_of_others_are_kept() -> None:
    person = UserFactory.create(roles=["agent"])
    person.groups.add(Group.objects.create(name="choir"))
    set_roles(user=person, roles=["customer"], actor=None)
    assert sorted(person.groups.values_list("name", flat=True)) == ["choir", "customer"]


def test_customer_reads_and_changes_themselves_alone(
    customer: User, client_of: Callable[[User], APIClient], agent: User
) -> None:
    client = client_of(customer)
    own, other = f"/api/v1/users/{customer.pk}/", f"/api/v1/users/{agent.pk}/"
    assert [client.get(own).status_code, client.patch(own, {"city": "Rome"}).status_code] == [200, 200]
    assert [client.get(other).status_code, client.patch(other, {}).status_code] == [404, 404]
    assert client.patch(own, {"external_id": "crm-1"}).json()["external_id"] is None
    assert [one["id"] for one in client.get("/api/v1/users/").json()["results"]] == [str(customer.pk)]
