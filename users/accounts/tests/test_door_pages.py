"""Signing in, up and out with a browser."""

import pytest
from django.test import Client
from django.urls import reverse

from users.accounts.models import PendingSignup, SecurityEvent
from users.models import User
from users.services import set_roles
from users.tests.factories import UserFactory

PASSWORD = "correct horse battery"
SIGN_IN, SIGN_UP, SIGN_OUT = "/account/sign-in/", "/account/sign-up/", "/account/sign-out/"
pytestmark = pytest.mark.django_db


@pytest.fixture
def person() -> User:
    person = UserFactory.create(email="cleo@example.com")
    person.set_password(PASSWORD)
    person.save()
    return set_roles(user=person, roles=["customer"], actor=None)


def test_customer_signs_in_and_out(client: Client, person: User) -> None:
    page = client.post(SIGN_IN, {"username": " CLEO@example.com", "password": PASSWORD}, follow=True)
    signed_in = page.wsgi_request.user
    out = client.post(SIGN_OUT, follow=True)

    assert (signed_in, page.redirect_chain) == (person, [("/", 302), ("/account/", 302)])
    assert not out.wsgi_request.user.is_authenticated
    assert SecurityEvent.objects.filter(kind="signed_in", subject=person).count() == 1


def test_who_was_on_their_way_goes_on_and_nobody_is_led_off_the_site(client: Client, person: User) -> None:
    given = {"username": person.email, "password": PASSWORD}

    inside = client.post(SIGN_IN, {**given, "next": "/api/v1/users/me/"})
    outside = Client().post(SIGN_IN, {**given, "next": "https://evil.example/"})

    assert (inside.headers["Location"], outside.headers["Location"]) == ("/api/v1/users/me/", "/")


def test_wrong_password_is_said_and_after_ten_the_door_is_closed(client: Client, person: User) -> None:
    wrong = {"username": person.email, "password": "wrong"}
    first = client.post(SIGN_IN, wrong)
    for _time in range(9):
        client.post(SIGN_IN, wrong)
    closed = [client.post(SIGN_IN, {**wrong, "password": password}).status_code for password in ("wrong", PASSWORD)]

    assert "There is no account with this e-mail and this password." in first.content.decode()
    assert (first.status_code, closed) == (200, [429, 429])


def test_signing_up_asks_for_a_mail_and_makes_nobody(client: Client) -> None:
    fields = {"first_name": "Nora", "last_name": "Neu", "email": "Nora@Example.com", "password": PASSWORD}
    answer = client.post(SIGN_UP, fields)
    pending = PendingSignup.objects.get()

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account-sign-up-sent"))
    assert (pending.email, pending.first_name, pending.last_name) == ("nora@example.com", "Nora", "Neu")
    assert not User.objects.exists()


def test_signing_up_with_an_address_that_has_an_account_looks_the_same(client: Client, person: User) -> None:
    answer = client.post(SIGN_UP, {"email": person.email, "password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("account-sign-up-sent"))


@pytest.mark.parametrize("password", ["short", "1234567890123", "nora@example.com"])
def test_password_that_is_easy_to_guess_is_refused(client: Client, password: str) -> None:
    answer = client.post(SIGN_UP, {"email": "nora@example.com", "password": password})

    assert (answer.status_code, [*answer.context["form"].errors]) == (200, ["password"])
    assert not PendingSignup.objects.exists()


@pytest.mark.parametrize("address", [SIGN_IN, SIGN_UP, SIGN_OUT])
def test_forms_at_the_door_are_guarded_against_forgery(address: str) -> None:
    assert Client(enforce_csrf_checks=True).post(address, {}).status_code == 403
