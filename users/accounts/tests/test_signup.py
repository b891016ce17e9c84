import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import connections, transaction
from django.utils import timezone as clock

from api.exceptions import Conflict
from users.accounts.mail import signup_token
from users.accounts.signup import confirm_signup, purge, request_signup
from users.accounts.tests.conftest import OTHER, PASSWORD
from users.models import PendingSignup, SecurityEvent, User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
BODY = {"email": "Nora@Example.com", "password": PASSWORD}


def pending(**profile: str) -> str:
    """Ask for an account of nora@example.com and return the token that is mailed."""
    request_signup(email="nora@example.com", password=PASSWORD, profile=profile)
    return signup_token(PendingSignup.objects.get())


def test_role_is_ignored_and_nobody_is_made_yet(post: Callable[..., Any], mails: list[Any]) -> None:
    answer = post("auth/signup", {**BODY, "name": "Nora van Neu", "role": "admin"})

    waiting = PendingSignup.objects.get()
    assert answer.status_code == 201
    assert (waiting.email, waiting.first_name, waiting.last_name) == ("nora@example.com", "Nora", "van Neu")
    assert waiting.password.startswith("argon2$")
    assert mails == [("confirm_signup", "nora@example.com")]
    assert not User.objects.exists()


@pytest.mark.parametrize(
    ("change", "faults"),
    [
        ({"nickname": "No"}, [("/nickname", "unknown")]),
        ({"roles": ["admin"]}, [("/roles", "unknown")]),
        ({"email": "adİn@example.com"}, [("/email", "invalid")]),  # in small letters it has a dot of its own
        ({"password": "nora@example.com"}, [("/password", "password_too_similar")]),
        (
            {"password": "1234567890"},
            [("/password", "password_too_common"), ("/password", "password_entirely_numeric")],
        ),
        ({"password": "short"}, [("/password", "password_too_short")]),
        ({"email": "nora"}, [("/email", "invalid")]),
        ({"name": "Nora", "last_name": "Neu"}, [("/name", "invalid")]),
        ({"name": "x" * 151}, [("/name", "max_length")]),
        ({"password": "a\0b"}, []),
        ({"company": "x" * 201}, [("/company", "max_length")]),
    ],
)
def test_what_cannot_be_is_refused(post: Callable[..., Any], change: dict[str, str], faults: list[Any]) -> None:
    answer = post("auth/signup", {**BODY, **change})

    assert problem(answer) == (400, faults)
    assert not PendingSignup.objects.exists()


def test_newer_signup_replaces_the_older_one(post: Callable[..., Any]) -> None:
    first = pending(first_name="Old")
    second = pending(first_name="New")

    answers = [
        post("auth/signup/confirm", {"token": token, "password": PASSWORD}).status_code for token in (first, second)
    ]

    assert answers == [400, 200]
    assert User.objects.get().first_name == "New"


def test_confirming_twice_is_told(post: Callable[..., Any]) -> None:
    token = pending()

    once, twice = (post("auth/signup/confirm", {"token": token, "password": PASSWORD}) for _time in range(2))

    assert once.json() == {"id": str(User.objects.get().pk), "email": "nora@example.com"}
    assert twice.status_code == 409
    assert twice.json()["type"] == "/api/problems/already_confirmed"
    assert PendingSignup.objects.get().password == ""


@pytest.mark.parametrize("token", ["", "garbage", "00000000000000000000000000000000.x", "x" * 300, "é.é"])
def test_token_of_others_is_refused(post: Callable[..., Any], token: str) -> None:
    pending()

    status, faults = problem(post("auth/signup/confirm", {"token": token, "password": PASSWORD}))

    assert (status, faults[0][0]) == (400, "/token")


@pytest.mark.parametrize(("given", "code"), [({"password": OTHER}, "wrong"), ({}, "required")])
def test_who_signed_up_in_the_name_of_another_gets_nothing_by_their_token(
    post: Callable[..., Any], given: dict[str, str], code: str
) -> None:
    contact = UserFactory.create(email="nora@example.com")

    answer = post("auth/signup/confirm", {"token": pending(), **given})

    contact.refresh_from_db()
    assert problem(answer) == (400, [("/password", code)])
    assert not contact.has_usable_password()


def test_who_reads_the_mail_may_choose_another_password(post: Callable[..., Any]) -> None:
    contact = UserFactory.create(email="nora@example.com", first_name="Eleonora", last_name="", company="")
    token = pending(first_name="Not", last_name="Me", company="Spam")

    answer = post("auth/signup/confirm", {"token": token, "new_password": OTHER})
    again = post("auth/signup/confirm", {"token": token, "new_password": OTHER})

    contact.refresh_from_db()
    assert (answer.status_code, again.status_code) == (200, 409)
    assert contact.check_password(OTHER)
    assert (contact.first_name, contact.last_name, contact.company) == ("Eleonora", "", "")


@pytest.mark.parametrize(
    ("given", "fault"),
    [
        ({"new_password": "short"}, ("/new_password", "password_too_short")),
        ({"new_password": "nora@example.com"}, ("/new_password", "password_too_similar")),
        ({"new_password": OTHER, "password": PASSWORD}, ("/new_password", "invalid")),
        ({"new_password": ""}, ("/new_password", "blank")),
    ],
)
def test_other_password_is_held_to_the_same_rules(
    post: Callable[..., Any], given: dict[str, str], fault: tuple[str, str]
) -> None:
    answer = post("auth/signup/confirm", {"token": pending(), **given})

    assert problem(answer) == (400, [fault])
    assert not User.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_guess_waits_for_no_lock() -> None:
    token = pending()

    def guess() -> None:
        try:
            confirm_signup(token=token, password=OTHER)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as pool, transaction.atomic():
        PendingSignup.objects.select_for_update().get()
        with pytest.raises(ValidationError, match="not the password"):
            pool.submit(guess).result(timeout=10)


def test_old_signup_is_over(post: Callable[..., Any]) -> None:
    token = pending()
    PendingSignup.objects.update(created_at=clock.now() - timedelta(hours=48, seconds=1))

    answer = post("auth/signup/confirm", {"token": token, "password": PASSWORD})

    assert problem(answer) == (400, [("/token", "invalid")])
    assert purge() == 1


def test_contact_is_claimed_and_keeps_what_is_known() -> None:
    contact = UserFactory.create(email="nora@example.com", first_name="Eleonora", last_name="", company="Acme")
    token = pending(first_name="Nora", last_name="Neu", company="Other", phone_number="+44 20 7946 0018")

    claimed = confirm_signup(token=token, password=PASSWORD)

    contact.refresh_from_db()
    assert claimed == contact
    assert (contact.first_name, contact.last_name, contact.company) == ("Eleonora", "Neu", "Acme")
    assert contact.phone_number == "+442079460018"
    assert contact.check_password(PASSWORD)
    assert claimed.role_names == {"customer"}
    assert [event.kind for event in SecurityEvent.objects.order_by("pk")] == ["roles_changed", "signed_up"]


def test_contact_who_was_imported_meanwhile_is_claimed() -> None:
    token = pending()
    contact = UserFactory.create(email="nora@example.com")

    assert confirm_signup(token=token, password=PASSWORD) == contact


def test_claiming_leaves_the_roles_that_are_held_as_they_are() -> None:
    UserFactory.create(email="nora@example.com", roles=["agent"])

    assert confirm_signup(token=pending(), password=PASSWORD).role_names == {"agent"}


def test_account_is_not_taken_over(nora: User, mails: list[Any]) -> None:
    nora.set_password(OTHER)
    nora.save()
    token = pending()

    with pytest.raises(Conflict, match="already"):
        confirm_signup(token=token, password=PASSWORD)

    nora.refresh_from_db()
    assert mails == [("signup_known", "nora@example.com")]
    assert nora.check_password(OTHER)


def test_closed_account_stays_closed(post: Callable[..., Any]) -> None:
    contact = UserFactory.create(email="nora@example.com", is_active=False)

    answer = post("auth/signup/confirm", {"token": pending(), "password": PASSWORD})

    contact.refresh_from_db()
    assert (answer.status_code, contact.is_active, contact.has_usable_password()) == (409, False, False)


@pytest.mark.django_db(transaction=True)
def test_two_confirmations_at_once_make_one_person() -> None:
    token = pending()
    together = threading.Barrier(2)

    def confirm() -> str:
        together.wait()
        try:
            return str(confirm_signup(token=token, password=PASSWORD).pk)
        except Conflict as error:
            return str(error.get_codes())
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        answers = [one.result() for one in [pool.submit(confirm) for _time in range(2)]]

    assert sorted(answers) == sorted([str(User.objects.get().pk), "already_confirmed"])


@pytest.mark.django_db(transaction=True)
def test_contact_who_is_imported_at_the_same_moment_is_claimed() -> None:
    token = pending(first_name="Nora")
    stored, finish = threading.Event(), threading.Event()

    def import_contact() -> None:
        with transaction.atomic():
            UserFactory.create(email="nora@example.com", first_name="", company="Acme")
            stored.set()
            finish.wait(10)
        connections.close_all()

    def confirm() -> User:
        try:
            return confirm_signup(token=token, password=PASSWORD)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(2) as pool:
        importing = pool.submit(import_contact)
        assert stored.wait(10)
        confirming = pool.submit(confirm)
        with pytest.raises(TimeoutError):
            confirming.result(timeout=1)  # it waits for the other's commit
        finish.set()
        importing.result()
        person = confirming.result()

    assert User.objects.get() == person
    assert (person.first_name, person.company) == ("Nora", "Acme")
