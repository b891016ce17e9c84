from typing import Any

import pytest
from axes.models import AccessAttempt
from django.test import Client
from rest_framework.test import APIClient

from users.accounts.tests.conftest import PASSWORD
from users.models import SecurityEvent, User
from users.tests.answers import problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"


@pytest.fixture
def as_nora(nora: User) -> APIClient:
    """Return a client that is signed in as Nora."""
    client = APIClient()
    client.force_authenticate(nora)
    return client


def test_own_profile_is_the_one_under_its_id(as_nora: APIClient, nora: User) -> None:
    mine = as_nora.get(ME).json()

    assert mine == {**as_nora.get(f"/api/v1/users/{nora.pk}/").json(), "email_pending": None}
    assert (mine["email"], mine["roles"]) == ("nora@example.com", ["customer"])
    assert "current_password" not in mine


def test_nobody_has_no_profile(client: Client) -> None:
    assert client.get(ME).status_code == 401


def test_own_profile_is_changed(as_nora: APIClient, nora: User) -> None:
    answer = as_nora.patch(ME, {"city": "Rome", "roles": ["admin"], "hosted_count": 7})

    nora.refresh_from_db()
    assert (answer.status_code, nora.city, set(nora.role_names)) == (200, "Rome", {"customer"})


def test_who_holds_no_role_has_a_profile(client_of: Any, outsider: User) -> None:
    client = client_of(outsider)

    assert client.get(ME).json()["roles"] == []
    assert client.patch(ME, {"city": "Rome"}).json()["city"] == "Rome"


@pytest.mark.parametrize("page", [ME, "/api/v1/users/{}/"])
def test_own_email_takes_the_password(as_nora: APIClient, nora: User, page: str, mails: list[Any]) -> None:
    page = page.format(nora.pk)
    new = {"email": "new@example.com"}

    without = as_nora.patch(page, new)
    wrong = as_nora.patch(page, {**new, "current_password": "wrong"})
    unchanged = as_nora.patch(page, {"email": "NORA@example.com", "city": "Rome"})
    right = as_nora.patch(page, {**new, "current_password": PASSWORD})

    assert problem(without) == problem(wrong) == (400, [("/current_password", "wrong")])
    assert (unchanged.status_code, right.status_code) == (200, 200)
    assert (right.json()["email"], right.json().get("email_pending", "")) == (
        "nora@example.com",
        "new@example.com" if page == ME else "",
    )
    assert as_nora.get(ME).json()["email_pending"] == "new@example.com"
    assert mails == [("email_asked", "nora@example.com"), ("confirm_email", "new@example.com")]


def test_whose_the_new_email_is_plays_no_part(as_nora: APIClient, nora: User) -> None:
    UserFactory.create(email="taken@example.com")
    tries = [
        (as_nora.patch(ME, {"email": email, **password}).status_code, as_nora.get(ME).json()["email_pending"] or "")
        for password in ({}, {"current_password": "wrong"}, {"current_password": PASSWORD})
        for email in ("taken@example.com", "free@example.com")
    ]

    assert tries == [(400, "")] * 4 + [(200, "taken@example.com"), (200, "free@example.com")]


def test_own_email_is_not_given_up(as_nora: APIClient, nora: User) -> None:
    answer = as_nora.patch(ME, {"email": None, "current_password": PASSWORD})

    assert answer.status_code == 409


@pytest.mark.parametrize("headers", [{}, {"If-Match": "*"}, {"Idempotency-Key": "one"}])
def test_guessing_ones_own_password_has_an_end(as_nora: APIClient, headers: dict[str, str]) -> None:
    guess = {"email": "new@example.com", "current_password": "wrong"}

    statuses = [as_nora.patch(ME, guess, headers=headers).status_code for _time in range(12)]

    assert statuses == [400] * 10 + [429] * 2
    assert AccessAttempt.objects.get().failures_since_start == 10
    assert SecurityEvent.objects.filter(kind="sign_in_failed").count() == 10


def test_password_is_looked_at_once_and_of_a_stale_state_never(
    as_nora: APIClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked_at: list[str] = []
    check = User.check_password

    def watched(user: User, given: str) -> bool:
        looked_at.append(given)
        return check(user, given)

    monkeypatch.setattr(User, "check_password", watched)
    guess = {"email": "new@example.com", "current_password": "wrong"}

    statuses = [as_nora.patch(ME, guess, headers={"If-Match": state}).status_code for state in ("*", '"old"')]

    assert (statuses, looked_at) == ([400, 412], ["wrong"])
    assert AccessAttempt.objects.get().failures_since_start == 1


def test_own_email_of_a_known_state_is_changed(as_nora: APIClient, nora: User) -> None:
    body = {"email": "new@example.com", "current_password": PASSWORD}

    stale = as_nora.patch(ME, body, headers={"If-Match": '"old"'})
    fresh = as_nora.patch(ME, body, headers={"If-Match": as_nora.get(ME).headers["ETag"]})

    assert (stale.status_code, fresh.status_code) == (412, 200)
    assert not AccessAttempt.objects.exists()


def test_password_alone_changes_nothing(as_nora: APIClient, nora: User) -> None:
    answer = as_nora.patch(ME, {"current_password": PASSWORD})

    assert answer.status_code == 200
    nora.refresh_from_db()
    assert nora.check_password(PASSWORD)


def test_administrator_corrects_the_email_of_a_customer(
    client_of: Any, agent: User, staff: User, nora: User, mails: list[Any]
) -> None:
    nora.groups.clear()  # a password alone is an account

    refused = client_of(agent).patch(f"/api/v1/users/{nora.pk}/", {"email": "agents@example.com"})
    assert refused.status_code == 403
    answer = client_of(staff).patch(f"/api/v1/users/{nora.pk}/", {"email": "new@example.com"})

    assert answer.status_code == 200
    assert mails == [("email_changed", "nora@example.com")]
    assert SecurityEvent.objects.get(kind="email_changed").subject == nora
