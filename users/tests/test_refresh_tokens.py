"""Refresh tokens that are used a second time, and signing out."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone as clock
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken
from rest_framework_simplejwt.tokens import RefreshToken

from users.models import SecurityEvent, User
from users.sign_in import FAMILY, GRACE
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PASSWORD = "a long password"


@pytest.fixture(autouse=True)
def nora() -> User:
    """Return somebody who signs in."""
    person = UserFactory.create(email="nora@example.com")
    person.set_password(PASSWORD)
    person.save()
    return person


def post(path: str, **body: str) -> Any:
    return Client().post(f"/api/v1/auth/{path}/", body, "application/json")


def login() -> Any:
    return post("login", email="nora@example.com", password=PASSWORD).json()["refresh"]


def exchanged(token: str) -> Any:
    return post("refresh", refresh=token).json()["refresh"]


def is_good(token: str) -> bool:
    return bool(post("refresh", refresh=token).status_code == 200)


def later() -> None:
    """Let the time pass in which a used token ends nothing."""
    BlacklistedToken.objects.update(blacklisted_at=clock.now() - GRACE - timedelta(seconds=1))


@pytest.mark.parametrize("path", ["refresh", "logout"])
def test_token_that_is_used_again_ends_what_was_made_of_it(path: str) -> None:
    first, other = login(), login()
    second = exchanged(first)
    third = exchanged(second)
    later()

    reused = post(path, refresh=first)

    assert (reused.status_code, is_good(third), is_good(other)) == (401, False, True)


def test_two_tabs_end_each_other_nothing() -> None:
    first = login()
    second = exchanged(first)

    assert not is_good(first)
    assert is_good(second)


def test_signing_out_by_a_token_that_was_just_exchanged_signs_out() -> None:
    first = login()
    second = exchanged(first)

    assert post("logout", refresh=first).status_code == 401
    assert not is_good(second)


@pytest.mark.parametrize("change", ["signature", "access"])
def test_what_is_no_refresh_token_of_ours_ends_nothing(change: str) -> None:
    first = login()
    second = exchanged(first)
    later()
    head, _dot, signature = first.rpartition(".")
    wrong = f"{head}.{'A' * len(signature)}" if change == "signature" else str(RefreshToken(second).access_token)

    assert post("refresh", refresh=wrong).status_code == 401
    assert is_good(second)


def test_used_token_without_a_family_ends_all_of_the_persons(nora: User) -> None:
    old = RefreshToken.for_user(nora)
    assert FAMILY not in old
    others = [login(), exchanged(str(old)), exchanged(login())]
    later()

    assert not is_good(str(old))
    assert [is_good(one) for one in others] == [False] * 3


def test_token_without_a_family_of_another_sign_in_lives_on(nora: User) -> None:
    old, first = RefreshToken.for_user(nora), login()
    second = exchanged(first)
    later()

    assert not is_good(first)
    assert not is_good(second)
    assert is_good(str(old))


@pytest.mark.parametrize("pad", [" {}", "{} ", "{}\n", "\t {}\r\n"])
def test_signing_out_takes_white_space_around_the_token(nora: User, pad: str) -> None:
    token = login()

    answer = post("logout", refresh=pad.format(token))

    assert (answer.status_code, is_good(token)) == (204, False)
    assert SecurityEvent.objects.get(kind="signed_out").subject == nora
