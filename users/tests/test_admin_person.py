"""One person in the admin: adding, changing, deleting, password and rights."""

import threading
from typing import Any

import pytest
from django.db import connections, transaction
from django.test import Client
from django.urls import reverse

from events.tests.factories import PastEventFactory
from relations.tests.factories import attended
from users.models import User
from users.tests.connections import until_waited_for
from users.tests.factories import StaffFactory, UserFactory


def page(person: User, view: str = "change") -> str:
    return reverse(f"admin:users_user_{view}", args=[person.pk])


def form_of(client: Client, person: User) -> dict[str, Any]:
    """Return what the person's form sends when nothing is changed."""
    form = client.get(page(person)).context["adminform"].form
    values = {name: form[name].value() for name in form.fields}
    return {name: value for name, value in values.items() if value not in (None, False)}


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def helper(db: None) -> Client:
    """Somebody on the staff who may change people and is no administrator."""
    helper = UserFactory.create(roles=["agent"])
    client = Client()
    client.force_login(helper)
    return client


def test_adding_a_person(admin_of_staff: Client) -> None:
    fields = {"first_name": "Ann", "email": "ANN@example.com", "timezone": "Europe/Berlin", "language": "de"}
    admin_of_staff.post(reverse("admin:users_user_add"), fields)
    person = User.objects.get(email="ann@example.com")
    assert (person.first_name, person.has_usable_password()) == ("Ann", False)


def test_adding_a_person_with_an_address_that_is_taken(admin_of_staff: Client) -> None:
    UserFactory.create(email="ann@example.com")
    answer = admin_of_staff.post(reverse("admin:users_user_add"), {"email": "Ann@example.com", "timezone": "UTC"})
    assert "email" in answer.context["adminform"].form.errors


def test_adding_a_person_with_what_is_no_language(admin_of_staff: Client) -> None:
    fields = {"first_name": "Ann", "timezone": "UTC", "language": "English please"}
    answer = admin_of_staff.post(reverse("admin:users_user_add"), fields)
    assert answer.context["adminform"].form.errors == {"language": ["Give a language tag such as en, de or pt-BR."]}


def test_adding_nobody(admin_of_staff: Client) -> None:
    answer = admin_of_staff.post(reverse("admin:users_user_add"), {"timezone": "UTC", "language": "en", "city": "Rome"})
    faults = answer.context["adminform"].form.non_field_errors()
    assert faults == ["A person needs a name, an e-mail, a phone number or an external id."]
    assert not User.objects.filter(city="Rome").exists()


def test_changing_a_person_writes_what_differs_alone(admin_of_staff: Client) -> None:
    person = UserFactory.create(city="Bonn")
    form = form_of(admin_of_staff, person)
    attended(person, PastEventFactory.create())
    answer = admin_of_staff.post(page(person), {**form, "city": "Berlin"}, follow=True)
    person.refresh_from_db()
    assert (answer.status_code, person.city, person.counts.attended, person.version) == (200, "Berlin", 1, 2)


def test_changing_a_person_who_was_changed_meanwhile(admin_of_staff: Client) -> None:
    person = UserFactory.create(city="Bonn", company="Acme")
    form = form_of(admin_of_staff, person)
    User.objects.filter(pk=person.pk).update(company="Globex")
    answer = admin_of_staff.post(page(person), {**form, "city": "Berlin"})
    person.refresh_from_db()
    assert (person.company, person.city) == ("Globex", "Bonn")
    assert "changed meanwhile" in str(answer.context["adminform"].form.non_field_errors())


def test_changing_a_person_whom_somebody_is_changing(transactional_db: None, staff: User) -> None:
    """Two save at once what they opened at once: the second waits, and learns that it is late."""
    person = UserFactory.create(city="Bonn", company="Acme")
    client = Client()
    client.force_login(staff)
    form = form_of(client, person)
    answers: list[Any] = []

    def saving() -> None:
        answers.append(client.post(page(person), {**form, "city": "Berlin"}))
        connections.close_all()

    with transaction.atomic():
        User.objects.filter(pk=person.pk).update(company="Globex")
        second = threading.Thread(target=saving)
        second.start()
        until_waited_for()
    second.join()

    person.refresh_from_db()
    assert (person.company, person.city) == ("Globex", "Bonn")
    assert "changed meanwhile" in answers[0].content.decode()


def test_address_of_no_person_leads_to_no_form(admin_of_staff: Client) -> None:
    answer = admin_of_staff.post("/admin/users/user/nobody/change/", {"city": "Berlin"}, follow=True)

    assert "doesn’t exist" in answer.content.decode()


def test_changing_nothing_makes_no_version(admin_of_staff: Client) -> None:
    person = UserFactory.create()
    admin_of_staff.post(page(person), form_of(admin_of_staff, person))
    person.refresh_from_db()
    assert (person.version, person.history.count()) == (1, 1)


def test_history_names_who_changed_what(admin_of_staff: Client) -> None:
    person = UserFactory.create(city="Bonn")
    User.objects.filter(pk=person.pk).update(city="Cologne")
    admin_of_staff.post(page(person), {**form_of(admin_of_staff, person), "city": "Berlin"})
    entries = admin_of_staff.get(reverse("admin:users_user_panel", args=[person.pk, "history"])).context["entries"]
    assert [(str(actor), change.source, change.fields) for change, actor in entries[:2]] == [
        ("Sam Staff", "this admin", [("City", "Cologne", "Berlin")]),
        ("None", "a command, or SQL", [("City", "Bonn", "Cologne")]),
    ]


def test_history_view_of_django_is_the_tab(admin_of_staff: Client) -> None:
    person = UserFactory.create()
    assert len(admin_of_staff.get(page(person, "history")).context["entries"]) == 1


def test_deleting_a_person_without_traces(admin_of_staff: Client) -> None:
    person = UserFactory.create()
    admin_of_staff.post(page(person, "delete"), {"post": "yes"})
    assert not User.objects.filter(pk=person.pk).exists()


def test_deleting_a_person_who_attended_is_refused_in_words(admin_of_staff: Client) -> None:
    person = UserFactory.create()
    attended(person, PastEventFactory.create())
    answer = admin_of_staff.post(page(person, "delete"), {"post": "yes"}, follow=True)
    assert "has relations" in said(answer)[0]
    assert User.objects.filter(pk=person.pk).exists()


def test_setting_a_password_changes_that_alone(admin_of_staff: Client) -> None:
    person = UserFactory.create(city="Bonn")
    form = {"password1": "a long enough one", "password2": "a long enough one", "set-password": "1"}
    admin_of_staff.post(reverse("admin:auth_user_password_change", args=[person.pk]), form)
    person.refresh_from_db()
    assert (person.check_password("a long enough one"), person.city) == (True, "Bonn")


def test_own_sign_in_takes_the_present_password(staff: User) -> None:
    staff.set_password("the present one of Sam")
    staff.save()
    client = Client()
    client.force_login(staff)
    password = {"password1": "a long enough one", "password2": "a long enough one", "set-password": "1"}

    shown = client.get(page(staff)).content.decode()
    changed = client.post(page(staff), {**form_of(client, staff), "email": "thief@example.com", "city": "Bonn"})
    answer = client.post(reverse("admin:auth_user_password_change", args=[staff.pk]), password)

    assert "Change your own e-mail, with your password." in shown
    assert (changed.status_code, answer.status_code) == (302, 302)
    assert answer.headers["Location"] == reverse("admin:password_change")
    stored = User.objects.get(pk=staff.pk)
    assert (stored.email, stored.city) == ("sam@example.com", "Bonn")
    assert stored.check_password("the present one of Sam")


def test_rights_are_not_for_staff_to_hand_out(helper: Client) -> None:
    person = UserFactory.create()
    helper.post(page(person), {**form_of(helper, person), "is_superuser": "on", "is_staff": "on", "city": "Bonn"})
    person.refresh_from_db()
    assert (person.city, person.is_staff, person.is_superuser) == ("Bonn", False, False)


def test_password_of_an_administrator_is_not_for_staff_to_set(helper: Client) -> None:
    administrator = StaffFactory.create()
    form = {"password1": "a long enough one", "password2": "a long enough one", "set-password": "1"}
    answer = helper.post(reverse("admin:auth_user_password_change", args=[administrator.pk]), form)
    assert answer.status_code == 403


def test_password_of_a_contact_is_not_for_staff_to_set(helper: Client, admin_of_staff: Client) -> None:
    contact = UserFactory.create()
    form = {"password1": "a long enough one", "password2": "a long enough one", "set-password": "1"}
    address = reverse("admin:auth_user_password_change", args=[contact.pk])

    answers = [helper.get(address), helper.post(address, form)]

    assert [answer.status_code for answer in answers] == [403, 403]
    assert not User.objects.get(pk=contact.pk).has_usable_password()
    shown = helper.get(page(contact)).content.decode()
    assert ("None. They can choose one by mail" in shown, address in shown) == (True, False)
    assert address in admin_of_staff.get(page(contact)).content.decode()


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {"roles": ["admin"]}, {"roles": ["customer"]}])
def test_sign_in_of_who_holds_another_role_is_not_for_staff_to_change(helper: Client, rights: dict[str, Any]) -> None:
    other = UserFactory.create(city="Bonn", **rights)
    password = {"password1": "a long enough one", "password2": "a long enough one", "set-password": "1"}
    helper.post(page(other), {**form_of(helper, other), "email": "mine@example.com", "city": "Berlin"})
    answers = [
        helper.post(page(other, "delete"), {"post": "yes"}),
        helper.get(page(other, "delete")),
        helper.post(reverse("admin:auth_user_password_change", args=[other.pk]), password),
    ]
    stored = User.objects.get(pk=other.pk)
    assert [answer.status_code for answer in answers] == [403] * 3
    assert (stored.email, stored.password, stored.city) == (other.email, other.password, "Berlin")


def test_person_is_for_administrators_to_delete(helper: Client) -> None:
    person = UserFactory.create()
    assert helper.post(page(person, "delete"), {"post": "yes"}).status_code == 403


def test_own_profile_is_for_staff_to_change_but_for_rights(helper: Client) -> None:
    own = User.objects.get(pk=helper.session["_auth_user_id"])
    grabbed = {"is_superuser": "on", "roles": ["admin"], "city": "Bonn"}
    helper.post(page(own), {**form_of(helper, own), **grabbed})
    own = User.objects.get(pk=own.pk)
    assert (own.city, own.is_superuser, set(own.role_names)) == ("Bonn", False, {"agent"})


def test_administrator_gives_and_takes_roles(admin_of_staff: Client) -> None:
    person = UserFactory.create(roles=["customer"])
    admin_of_staff.post(page(person), {**form_of(admin_of_staff, person), "roles": ["organizer"]})
    given = User.objects.get(pk=person.pk)
    assert (set(given.role_names), given.is_staff) == ({"organizer"}, True)
    admin_of_staff.post(page(person), {**form_of(admin_of_staff, person), "roles": []})
    taken = User.objects.get(pk=person.pk)
    assert (set(taken.role_names), taken.is_staff) == (set(), False)


def test_tabs_are_those_that_one_may_see(helper: Client) -> None:
    person = UserFactory.create()
    tabs = [str(tab["title"]) for tab in helper.get(page(person)).context["record_tabs"]]
    assert tabs == ["Details", "Events", "Mail preferences", "Who can see this", "History"]
    assert helper.get(reverse("admin:users_user_panel", args=[person.pk, "mail"])).status_code == 403


def test_tab_that_does_not_exist(admin_of_staff: Client) -> None:
    assert admin_of_staff.get(reverse("admin:users_user_panel", args=[UserFactory.create().pk, "x"])).status_code == 404


def test_tab_of_nobody(admin_of_staff: Client) -> None:
    nobody = UserFactory.build()
    answer = admin_of_staff.get(reverse("admin:users_user_panel", args=[nobody.pk, "history"]), follow=True)
    assert "doesn’t exist" in said(answer)[0]
