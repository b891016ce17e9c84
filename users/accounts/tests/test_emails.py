"""Another e-mail of one's own: it counts once the mail to it is answered."""

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.db import connections
from django.test import Client
from django.utils import timezone as clock

from users.accounts.emails import purge, request_email
from users.accounts.mail import email_token
from users.accounts.passwords import set_password
from users.accounts.tests.conftest import OTHER, PASSWORD
from users.accounts.tokens import create_token
from users.models import PendingEmail, SecurityEvent, User
from users.services import update_user
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
NEW = "new@example.com"


def wished(person: User, email: str = NEW) -> str:
    """Ask for another e-mail and return the token that is mailed to it."""
    request_email(user=person, email=email)
    return email_token(PendingEmail.objects.get(user=person))


@pytest.fixture
def confirm(post: Callable[..., Any]) -> Callable[..., Any]:
    """Return what confirms an e-mail by a token."""

    def send(token: str, password: str = PASSWORD) -> Any:
        return post("auth/email/confirm", {"token": token, "current_password": password})

    return send


def test_email_counts_once_it_is_confirmed(
    post: Callable[..., Any], confirm: Callable[..., Any], nora: User, mails: list[Any]
) -> None:
    token = wished(nora)
    before = [post("auth/login", {"email": one, "password": PASSWORD}).status_code for one in (nora.email, NEW)]

    answer = confirm(token)

    after = [post("auth/login", {"email": one, "password": PASSWORD}).status_code for one in (nora.email, NEW)]
    assert answer.json() == {"id": str(nora.pk), "email": NEW}
    assert (before, after) == ([200, 401], [401, 200])
    assert mails == [
        ("email_asked", "nora@example.com"),
        ("confirm_email", NEW),
        ("email_changed", "nora@example.com"),
    ]
    event = SecurityEvent.objects.get(kind="email_changed")
    assert (event.subject, event.actor) == (nora, nora)


def test_confirming_ends_sessions_and_every_token(
    confirm: Callable[..., Any], post: Callable[..., Any], nora: User
) -> None:
    pair = post("auth/login", {"email": nora.email, "password": PASSWORD}).json()
    elsewhere = Client()
    elsewhere.force_login(nora, "users.backends.RoleBackend")
    _token, secret = create_token(user=nora, name="sync", scopes=["*:read"])
    headers = [{"Authorization": f"Bearer {one}"} for one in (pair["access"], secret)]
    before = [Client().get(ME, headers=one).status_code for one in headers] + [elsewhere.get(ME).status_code]

    confirm(wished(nora))

    after = [Client().get(ME, headers=one).status_code for one in headers] + [elsewhere.get(ME).status_code]
    assert (before, after) == ([200] * 3, [401] * 3)
    assert post("auth/refresh", {"refresh": pair["refresh"]}).status_code == 401


def test_link_works_once(confirm: Callable[..., Any], nora: User) -> None:
    token = wished(nora)

    answers = [confirm(token) for _time in range(2)]

    assert answers[0].status_code == 200
    assert problem(answers[1]) == (400, [("/token", "invalid")])


def test_who_reads_a_mistyped_addresss_mail_changes_nothing(confirm: Callable[..., Any], nora: User) -> None:
    token = wished(nora, "somebody.else@example.com")

    answers = [confirm(token, "wrong") for _time in range(11)]

    nora.refresh_from_db()
    assert problem(answers[0]) == (400, [("/current_password", "wrong")])
    assert [answer.status_code for answer in answers] == [400] * 10 + [429]
    assert nora.email == "nora@example.com"
    assert AccessAttempt.objects.get().username == "nora@example.com"


def test_address_of_somebody_is_refused_when_it_is_confirmed(confirm: Callable[..., Any], nora: User) -> None:
    token = wished(nora)
    UserFactory.create(email=NEW)

    answer = confirm(token)

    nora.refresh_from_db()
    assert (answer.status_code, answer.json()["type"]) == (409, "/api/problems/taken")
    assert nora.email == "nora@example.com"
    assert nora.check_password(PASSWORD)


@pytest.mark.parametrize("what", ["older wish", "too late", "new password", "other e-mail", "closed", "signed up"])
def test_link_that_is_over_changes_nothing(confirm: Callable[..., Any], nora: User, what: str) -> None:
    token = wished(nora)
    if what == "older wish":
        wished(nora, "newer@example.com")
    elif what == "too late":
        PendingEmail.objects.update(created_at=clock.now() - timedelta(hours=24, seconds=1))
    elif what == "new password":
        set_password(user=nora, password=OTHER)
    elif what == "other e-mail":
        update_user(user=nora, changes={"email": "corrected@example.com"}, actor=None)
    elif what == "closed":
        update_user(user=nora, changes={"is_active": False}, actor=None)
    else:
        token = token.replace(".", ".x")

    answers = [confirm(token, one) for one in (PASSWORD, OTHER)]

    assert [problem(answer) for answer in answers] == [(400, [("/token", "invalid")])] * 2
    assert not User.objects.filter(email=NEW).exists()


def test_old_wishes_are_forgotten(nora: User) -> None:
    wished(nora)
    early = purge()
    PendingEmail.objects.update(created_at=clock.now() - timedelta(hours=24, seconds=1))

    assert (early, purge()) == (0, 1)


def test_administrator_corrects_the_email_of_others_at_once(client_of: Any, staff: User, nora: User) -> None:
    answer = client_of(staff).patch(f"/api/v1/users/{nora.pk}/", {"email": NEW})

    assert answer.json()["email"] == NEW
    assert not PendingEmail.objects.exists()


def test_profile_of_oneself_may_be_sent_back_under_its_id(client_of: Any, nora: User) -> None:
    mine = client_of(nora).get(ME).json()

    assert client_of(nora).put(f"/api/v1/users/{nora.pk}/", mine).status_code == 200


def at_once(tokens: list[str]) -> list[int]:
    """Confirm by each of ``tokens`` at the same moment, and return the statuses in order."""
    together = threading.Barrier(len(tokens))

    def confirm(token: str) -> int:
        body = {"token": token, "current_password": PASSWORD}
        together.wait()
        try:
            status: int = Client().post("/api/v1/auth/email/confirm/", body, "application/json").status_code
            return status
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(tokens)) as pool:
        return sorted(pool.map(confirm, tokens))


@pytest.mark.django_db(transaction=True)
def test_of_several_who_confirm_one_address_at_once_one_has_it(nora: User) -> None:
    people = [nora, *(UserFactory.create(email=f"{number}@example.com") for number in range(3))]
    User.objects.update(password=nora.password)

    statuses = at_once([wished(person) for person in people])

    assert statuses == [200, 409, 409, 409]
    assert User.objects.filter(email=NEW).count() == 1


@pytest.mark.django_db(transaction=True)
def test_confirmations_of_one_link_at_once_change_it_once(nora: User) -> None:
    statuses = at_once([wished(nora)] * 4)

    assert statuses == [200, 400, 400, 400]
    assert SecurityEvent.objects.filter(kind="email_changed").count() == 1
