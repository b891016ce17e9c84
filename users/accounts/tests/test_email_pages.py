"""The pages by which somebody changes their own e-mail."""

from typing import Any

import pytest
from django.test import Client

from users.accounts.emails import request_email
from users.accounts.mail import email_token
from users.accounts.tests.conftest import PASSWORD
from users.models import PendingEmail, User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PAGE = "/account/email/"
NEW = "new@example.com"


@pytest.fixture
def browser(nora: User) -> Client:
    """Return Nora's browser."""
    client = Client()
    client.force_login(nora, "users.backends.RoleBackend")
    return client


@pytest.fixture
def link(nora: User) -> str:
    """Return the page to which the mail leads."""
    request_email(user=nora, email=NEW)
    return f"/account/email/{email_token(PendingEmail.objects.get())}/"


def test_page_is_for_who_is_signed_in(client: Client) -> None:
    assert client.get(PAGE).headers["Location"] == f"/account/sign-in/?next={PAGE}"


def test_email_is_asked_for_with_the_password(browser: Client, nora: User, mails: list[Any]) -> None:
    shown = browser.get(PAGE).content.decode()
    same = browser.post(PAGE, {"email": "NORA@example.com", "current_password": PASSWORD})
    wrong = browser.post(PAGE, {"email": NEW, "current_password": "wrong"})
    before = list(mails)
    sent = browser.post(PAGE, {"email": "New@Example.com", "current_password": PASSWORD})

    assert "You sign in with nora@example.com" in shown
    assert "your e-mail already" in same.content.decode()
    assert "not your present password" in wrong.content.decode()
    assert before == []
    assert (sent.status_code, sent.headers["Location"]) == (302, "/account/email/sent/")
    assert "on its way" in browser.get("/account/email/sent/").content.decode()
    assert mails == [("email_asked", "nora@example.com"), ("confirm_email", NEW)]
    assert nora.pending_email.email == NEW


def test_forged_form_is_refused(nora: User) -> None:
    client = Client(enforce_csrf_checks=True)
    client.force_login(nora, "users.backends.RoleBackend")

    assert client.post(PAGE, {"email": NEW, "current_password": PASSWORD}).status_code == 403


def test_password_and_mails_are_not_asked_for_without_end(browser: Client) -> None:
    mails = [browser.post(PAGE, {"email": f"{n}@example.com", "current_password": PASSWORD}) for n in range(6)]
    guesses = [browser.post(PAGE, {"email": NEW, "current_password": "wrong"}) for _time in range(11)]

    assert [answer.status_code for answer in mails] == [302] * 5 + [429]
    assert [answer.status_code for answer in guesses] == [200] * 10 + [429]
    assert int(guesses[-1].headers["Retry-After"]) > 0
    assert "Too many attempts" in guesses[-1].content.decode()


def test_fetching_the_link_changes_nothing(client: Client, link: str, nora: User) -> None:
    for _time in range(2):
        assert NEW in client.get(link).content.decode()

    nora.refresh_from_db()
    assert nora.email == "nora@example.com"


def test_confirming_by_the_button_keeps_the_session_it_is_done_in(browser: Client, link: str, nora: User) -> None:
    wrong = browser.post(link, {"current_password": "wrong"})
    done = browser.post(link, {"current_password": PASSWORD})
    over = browser.get(link)

    nora.refresh_from_db()
    assert "not your present password" in wrong.content.decode()
    assert (done.status_code, done.headers["Location"]) == (302, "/account/email/done/")
    assert "is changed" in browser.get("/account/email/done/").content.decode()
    assert "This link is over" in over.content.decode()
    assert nora.email == NEW
    assert browser.get("/api/v1/users/me/").json()["email"] == NEW


def test_address_that_somebody_has_is_told_by_the_link(client: Client, link: str) -> None:
    UserFactory.create(email=NEW)

    answer = client.post(link, {"current_password": PASSWORD})

    assert "Somebody has this address already" in answer.content.decode()


def test_own_form_in_the_admin_leads_there(admin_of_staff: Client, staff: User) -> None:
    page = admin_of_staff.get(f"/admin/users/user/{staff.pk}/change/").content.decode()

    assert f'href="{PAGE}"' in page
    assert 'name="email"' not in page
