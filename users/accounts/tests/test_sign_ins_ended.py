"""What ends all sign-ins of somebody for good: to be deactivated, another e-mail, another password."""

from collections.abc import Callable, Iterator
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client

from users.accounts.mail import reset_token
from users.accounts.passwords import reset_password, set_password
from users.accounts.tests.conftest import OTHER, PASSWORD
from users.accounts.tokens import create_token
from users.models import PendingEmail, User
from users.services import update_user

pytestmark = pytest.mark.django_db
ME = "/api/v1/users/me/"
COMMAND = "crm_project.management.commands.changepassword.getpass"


@pytest.fixture
def ways_in(post: Callable[..., Any], nora: User) -> Callable[[], list[int]]:
    """Return what tells how each of Nora's ways in is answered: session, JWT, token, exchange and password."""
    session = Client()
    session.force_login(nora, "users.backends.RoleBackend")
    jwt = post("auth/login", {"email": nora.email, "password": PASSWORD}).json()
    _token, secret = create_token(user=nora, name="sync", scopes=["*:read"])
    PendingEmail.objects.create(user=nora, email="other@example.com")

    def answers() -> list[int]:
        bearers = [{"Authorization": f"Bearer {one}"} for one in (jwt["access"], secret)]
        return [
            session.get(ME).status_code,
            *(Client().get(ME, headers=one).status_code for one in bearers),
            post("auth/refresh", {"refresh": jwt["refresh"]}).status_code,
            post("auth/login", {"email": User.objects.get(pk=nora.pk).email, "password": PASSWORD}).status_code,
        ]

    return answers


def test_who_is_active_again_is_signed_in_nowhere(ways_in: Callable[[], list[int]], nora: User, staff: User) -> None:
    update_user(user=nora, changes={"is_active": False}, actor=staff)
    update_user(user=nora, changes={"is_active": True}, actor=staff)

    assert ways_in() == [401] * 5
    assert not PendingEmail.objects.exists()
    reset_password(token=reset_token(User.objects.get(pk=nora.pk)), password=OTHER)
    assert User.objects.get(pk=nora.pk).role_names == {"customer"}


@pytest.mark.parametrize("by", ["administrator", "operator"])
def test_another_email_by_somebody_else_ends_sign_ins(
    ways_in: Callable[[], list[int]], nora: User, staff: User, mails: list[Any], by: str
) -> None:
    update_user(user=nora, changes={"email": "new@example.com"}, actor=staff if by == "administrator" else None)

    assert ways_in() == [401] * 5
    assert mails == [("email_changed", "nora@example.com")]


def test_other_changes_end_nothing(ways_in: Callable[[], list[int]], nora: User, staff: User) -> None:
    update_user(user=nora, changes={"city": "Rome", "is_active": True, "email": nora.email}, actor=staff)

    assert ways_in() == [200] * 5


def test_password_by_the_command_ends_sign_ins(
    ways_in: Callable[[], list[int]], nora: User, monkeypatch: pytest.MonkeyPatch, mails: list[Any]
) -> None:
    typed = iter([OTHER, "not the same", "short", "short", OTHER, OTHER])
    monkeypatch.setattr(COMMAND, lambda _prompt: next(typed))

    call_command("changepassword", "Nora@example.com", stdout=StringIO(), stderr=StringIO())

    assert ways_in() == [401] * 5
    assert User.objects.get(pk=nora.pk).check_password(OTHER)
    assert mails == [("password_changed", "nora@example.com")]


def test_command_gives_up(nora: User, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(COMMAND, lambda _prompt: "short")

    with pytest.raises(CommandError, match="stays as it was"):
        call_command("changepassword", nora.email, stdout=StringIO(), stderr=StringIO())
    with pytest.raises(CommandError, match="Nobody has"):
        call_command("changepassword", "nobody@example.com")

    assert User.objects.get(pk=nora.pk).check_password(PASSWORD)


@pytest.fixture
def reset_meanwhile(nora: User) -> Iterator[None]:
    """Let Nora set another password by mail after her present one was looked at, a moment before she is locked."""
    due = [nora.pk]

    def before_the_lock(execute: Callable[..., Any], sql: str, *rest: Any) -> Any:
        if "FOR NO KEY UPDATE" in sql and due:
            set_password(user=User.objects.get(pk=due.pop()), password="the newest of all", actor=nora)
        return execute(sql, *rest)

    with connection.execute_wrapper(before_the_lock):
        yield


@pytest.mark.usefixtures("reset_meanwhile")
def test_password_that_was_changed_meanwhile_lets_nobody_set_another(
    post: Callable[..., Any], nora: User, signed_in: dict[str, str]
) -> None:
    answer = post("auth/password/change", {"current_password": PASSWORD, "new_password": OTHER}, **signed_in)

    assert answer.status_code == 400
    assert answer.json()["errors"][0]["pointer"] == "/current_password"
    assert not User.objects.get(pk=nora.pk).check_password(OTHER)


def test_nor_in_the_admin(nora: User, request: pytest.FixtureRequest) -> None:
    User.objects.filter(pk=nora.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    client.force_login(User.objects.get(pk=nora.pk), "users.backends.RoleBackend")
    request.getfixturevalue("reset_meanwhile")
    form = {"old_password": PASSWORD, "new_password1": OTHER, "new_password2": OTHER}

    answer = client.post("/admin/password_change/", form)

    assert answer.context["form"].errors == {"old_password": ["This is not your present password."]}
    assert not User.objects.get(pk=nora.pk).check_password(OTHER)
