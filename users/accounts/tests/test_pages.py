from datetime import timedelta
from typing import Any

import pghistory.models
import pytest
from django.test import Client, RequestFactory
from django.urls import URLPattern, reverse
from django.utils import timezone as clock

from users.accounts.mail import reset_token, signup_token
from users.accounts.signup import request_signup
from users.accounts.tests.conftest import OTHER, PASSWORD
from users.accounts.urls import page_urls
from users.middleware import address_kept
from users.models import PendingSignup, User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture
def browser() -> Client:
    """Return a client that refuses to be forged, as a browser's would."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def confirm(db: None) -> str:
    """Return the page of Nora's sign-up."""
    request_signup(email="nora@example.com", password=PASSWORD, profile={"first_name": "Nora"})
    return f"/account/confirm/{signup_token(PendingSignup.objects.get())}/"


def test_fetching_a_link_confirms_nothing(browser: Client, confirm: str) -> None:
    for _time in range(3):
        answer = browser.get(confirm)
        assert answer.status_code == 200
        assert "no-store" in answer.headers["Cache-Control"]

    assert browser.head(confirm).status_code == 200
    assert not User.objects.exists()
    assert PendingSignup.objects.get().confirmed_at is None


def test_confirming_by_the_button(browser: Client, confirm: str) -> None:
    answer = browser.post(confirm, {"password": PASSWORD})
    again = browser.post(confirm, {"password": PASSWORD})

    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/confirm/done/")
    assert "Your account is ready" in browser.get("/account/confirm/done/").content.decode()
    assert User.objects.get().email == "nora@example.com"
    assert "confirmed already" in again.content.decode()


def test_link_that_has_been_used_asks_for_no_password(browser: Client, confirm: str) -> None:
    assert 'type="password"' in browser.get(confirm).content.decode()
    browser.post(confirm, {"password": PASSWORD})

    page = browser.get(confirm)

    assert page.status_code == 200
    assert 'type="password"' not in page.content.decode()
    for part in ("This link is over", "confirmed already", reverse("account-sign-in")):
        assert part in page.content.decode()


@pytest.mark.parametrize("made", [timedelta(days=400), None])
def test_link_that_is_too_old_leads_to_another_sign_up(browser: Client, confirm: str, made: timedelta | None) -> None:
    if made:
        PendingSignup.objects.update(created_at=clock.now() - made)
    else:
        request_signup(email="nora@example.com", password=PASSWORD, profile={"first_name": "Nora"})

    page = browser.get(confirm).content.decode()

    assert 'type="password"' not in page
    for part in ("This link is over", "Sign up again", reverse("account-sign-up")):
        assert part in page


def test_who_signed_up_in_the_name_of_another_gets_nothing_by_their_click(browser: Client, confirm: str) -> None:
    contact = UserFactory.create(email="nora@example.com")

    answer = browser.post(confirm, {"password": "what the owner would guess"})

    contact.refresh_from_db()
    assert "not the password of the sign-up" in answer.content.decode()
    assert not contact.has_usable_password()


def test_choosing_another_password_by_pages(browser: Client, confirm: str) -> None:
    shown = browser.get(confirm).content.decode()
    other = f"{confirm}another/"

    unequal = browser.post(other, {"new_password1": OTHER, "new_password2": OTHER + "!"})
    similar = browser.post(other, {"new_password1": "nora@example.com", "new_password2": "nora@example.com"})
    done = browser.post(other, {"new_password1": OTHER, "new_password2": OTHER})
    over = browser.get(other)

    assert 'href="another/"' in shown
    assert browser.get(confirm).headers["Cache-Control"] == over.headers["Cache-Control"]
    assert "match" in unequal.content.decode()
    assert "too similar" in similar.content.decode()
    assert (done.status_code, done.headers["Location"]) == (302, "/account/confirm/done/")
    assert User.objects.get().check_password(OTHER)
    assert "This link is over" in over.content.decode()


@pytest.mark.parametrize("token", ["garbage", "00000000000000000000000000000000.x"])
def test_link_that_is_none_says_so(browser: Client, token: str) -> None:
    answer = browser.post(f"/account/confirm/{token}/", {"password": PASSWORD})

    assert answer.status_code == 200
    assert "Sign up again" in answer.content.decode()


def test_forgotten_password_by_pages(browser: Client, nora: User, mails: list[Any]) -> None:
    form = browser.get("/account/password/reset/")
    forged = browser.post("/account/password/reset/", {"email": "nora@example.com"})
    token = form.cookies["csrftoken"].value
    body = {"email": "Nora@Example.com", "csrfmiddlewaretoken": token}

    sent = browser.post("/account/password/reset/", body)

    assert (forged.status_code, sent.status_code) == (403, 302)
    assert mails == [("password_reset", "nora@example.com")]
    assert "on its way" in browser.get(sent.headers["Location"]).content.decode()


def test_new_password_by_pages(browser: Client, nora: User) -> None:
    page = f"/account/password/reset/{reset_token(nora)}/"

    shown = browser.get(page)
    unequal = browser.post(page, {"new_password1": OTHER, "new_password2": OTHER + "!"})
    weak = browser.post(page, {"new_password1": "short", "new_password2": "short"})
    done = browser.post(page, {"new_password1": OTHER, "new_password2": OTHER})
    over = browser.get(page)

    nora.refresh_from_db()
    assert "Set a new password" in shown.content.decode()
    assert "match" in unequal.content.decode()
    assert "too short" in weak.content.decode()
    assert (done.status_code, done.headers["Location"]) == (302, "/account/password/reset/done/")
    assert browser.get("/account/password/reset/done/").status_code == 200
    assert nora.check_password(OTHER)
    assert "This link is over" in over.content.decode()


def test_pages_have_nothing_inline(browser: Client, nora: User, confirm: str) -> None:
    """A strict content security policy refuses scripts and styles that stand in the page."""
    pages = [confirm, "/account/password/reset/", f"/account/password/reset/{reset_token(nora)}/"]
    pages += [f"/account/{one}/" for one in ("confirm/done", "password/reset/sent", "password/reset/done")]

    for page in pages:
        text = browser.get(page).content.decode()
        assert [sign for sign in ("<script", "<style", "style=", " onclick") if sign in text] == []


def test_nobody_asks_for_mails_without_end(client: Client, settings: Any, mails: list[Any]) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "mail": "2/day"}

    answers = [
        client.post("/account/password/reset/", {"email": f"nora{number}@example.com"}).status_code
        for number in range(3)
    ]

    assert answers == [302, 302, 429]
    assert len(mails) == 2


def test_nobody_guesses_the_password_of_a_sign_up_without_end(client: Client, settings: Any, confirm: str) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "signup_confirm": "2/day"}

    answers = [client.post(confirm, {"password": "wrong"}) for _time in range(3)]
    right = client.post(confirm, {"password": PASSWORD})

    assert [answer.status_code for answer in [*answers, right]] == [200, 200, 429, 429]
    assert int(right.headers["Retry-After"]) > 0
    assert "Too many attempts" in right.content.decode()
    assert not User.objects.exists()


def test_history_of_who_confirms_holds_no_link_that_works(browser: Client, confirm: str) -> None:
    browser.post(confirm, {"password": PASSWORD})

    noted = pghistory.models.Context.objects.get(pk=User.objects.get().history.get().pgh_context_id)
    assert noted.metadata["url"] == "/account/confirm/<str:token>/"


@pytest.mark.parametrize("page", [page for page in page_urls if "<str:token>" in str(page.pattern)])
def test_no_page_has_its_token_noted(page: URLPattern) -> None:
    path = reverse(page.name or "", args=["s3cret.token"])

    assert address_kept(RequestFactory().post(path)) == f"/account/{page.pattern}"


@pytest.mark.parametrize("path", ["/api/v1/users/", "/nowhere/", "/account/confirm/done/"])
def test_other_addresses_are_noted(path: str) -> None:
    assert address_kept(RequestFactory().post(path)) == path
