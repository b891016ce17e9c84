import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connections
from django.test import Client

from users.models import User
from users.services import delete_user
from users.tests.answers import PEOPLE, problem
from users.tests.factories import StaffFactory

pytestmark = pytest.mark.django_db


def test_sign_in_rotates_tokens_and_ends_them(client: Any) -> None:
    boss = StaffFactory.create(email="boss@example.com")
    boss.set_password("a long password")
    boss.save()

    login = client.post(
        "/api/v1/auth/login/", {"email": "Boss@Example.com", "password": "a long password"}, "application/json"
    )
    tokens = login.json()
    listed = client.get(PEOPLE, headers={"Authorization": f"Bearer {tokens['access']}"})
    rotated = client.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json").json()
    reused = client.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json")
    logout = client.post("/api/v1/auth/logout/", {"refresh": rotated["refresh"]}, "application/json")
    ended = client.post("/api/v1/auth/refresh/", {"refresh": rotated["refresh"]}, "application/json")

    assert sorted(tokens) == ["access", "refresh"]
    assert [r.status_code for r in (login, listed, reused, logout, ended)] == [200, 200, 401, 204, 401]


@pytest.fixture
def tokens(client: Any) -> dict[str, str]:
    """Return the tokens of a boss who has signed in."""
    boss = StaffFactory.create(email="boss@example.com")
    boss.set_password("a long password")
    boss.save()
    body = {"email": "boss@example.com", "password": "a long password"}
    found: dict[str, str] = client.post("/api/v1/auth/login/", body, "application/json").json()
    return found


@pytest.mark.django_db(transaction=True)
def test_refresh_token_works_once_for_many_at_once(tokens: dict[str, str]) -> None:
    together = threading.Barrier(8)

    def refresh() -> int:
        together.wait()
        try:
            answer = Client().post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json")
            return answer.status_code
        finally:
            connections.close_all()

    with ThreadPoolExecutor(8) as pool:
        statuses = [one.result() for one in [pool.submit(refresh) for _time in range(8)]]

    assert sorted(statuses) == [200, *[401] * 7]


def use_of_tokens(client: Any, tokens: dict[str, str]) -> list[int]:
    """Return the statuses of a list with the access token, and of an exchange of the refresh token."""
    listed = client.get(PEOPLE, headers={"Authorization": f"Bearer {tokens['access']}"})
    refreshed = client.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json")
    return [listed.status_code, refreshed.status_code]


@pytest.mark.parametrize("password", ["another long one", None])
def test_tokens_end_when_the_password_changes(client: Any, tokens: dict[str, str], password: str | None) -> None:
    boss = User.objects.get(email="boss@example.com")
    boss.set_password(password)
    boss.save()

    assert use_of_tokens(client, tokens) == [401, 401]


def test_exchanged_tokens_end_when_the_password_changes(client: Any, tokens: dict[str, str]) -> None:
    exchanged = client.post("/api/v1/auth/refresh/", {"refresh": tokens["refresh"]}, "application/json").json()
    boss = User.objects.get(email="boss@example.com")
    boss.set_password("another long one")
    boss.save()

    assert use_of_tokens(client, exchanged) == [401, 401]


def test_tokens_end_with_their_person(client: Any, tokens: dict[str, str]) -> None:
    StaffFactory.create()  # the last administrator is not deleted
    delete_user(user=User.objects.get(email="boss@example.com"), actor=None)

    assert use_of_tokens(client, tokens) == [401, 401]


def test_tokens_of_who_was_deactivated_end(client: Any, tokens: dict[str, str]) -> None:
    User.objects.update(is_active=False)

    assert use_of_tokens(client, tokens) == [401, 401]


def test_whoever_has_a_password_signs_in(client: Any, outsider: User) -> None:
    outsider.set_password("a long password")
    outsider.save()

    answer = client.post(
        "/api/v1/auth/login/", {"email": "olga@example.com", "password": "a long password"}, "application/json"
    )

    outsider.refresh_from_db()
    assert answer.status_code == 200
    assert outsider.last_login is not None


@pytest.mark.parametrize("page", ["logout", "refresh"])
def test_text_that_is_no_token_is_refused(client: Any, page: str) -> None:
    answer = client.post(f"/api/v1/auth/{page}/", {"refresh": "garbage"}, "application/json")

    assert problem(answer)[0] == 401


@pytest.mark.parametrize(
    ("email", "password"),
    [
        ("olga@example.com", "a long password"),  # deactivated
        ("sam@example.com", "wrong"),
        ("nobody@example.com", "guess"),
        ("a\0b", "guess"),
    ],
)
def test_sign_in_is_refused(client: Any, outsider: User, staff: User, email: str, password: str) -> None:
    outsider.set_password("a long password")
    outsider.is_active = False
    outsider.save()

    response = client.post("/api/v1/auth/login/", {"email": email, "password": password}, "application/json")

    assert response.status_code in {400, 401}
    assert password not in response.content.decode()
