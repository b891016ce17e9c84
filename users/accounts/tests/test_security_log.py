from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone as clock

from users.accounts.models import SecurityEventKind
from users.accounts.requests import answered_request
from users.accounts.security_log import hashed, purge, record
from users.accounts.tests.conftest import PASSWORD
from users.models import SecurityEvent, User
from users.services import delete_user, set_roles, update_user
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def kinds() -> list[str]:
    """Return what happened, in order."""
    return list(SecurityEvent.objects.order_by("pk").values_list("kind", flat=True))


def test_sign_in_and_out_by_tokens(post: Callable[..., Any], nora: User, caplog: pytest.LogCaptureFixture) -> None:
    body = {"email": "Nora@Example.com", "password": PASSWORD}
    tokens = post("auth/login", body, **{"User-Agent": "x" * 300, "X-Request-ID": "request-0123456789"}).json()
    post("auth/logout", {"refresh": tokens["refresh"]})

    first = SecurityEvent.objects.order_by("pk")[0]
    assert kinds() == ["signed_in", "signed_out"]
    assert (first.actor, first.subject, first.address, first.user_agent) == (nora, nora, "127.0.0.1", "x" * 200)
    assert first.request_id == "request-0123456789"
    lines: list[Any] = [line.msg for line in caplog.records if line.name == "security"]
    assert [line["kind"] for line in lines] == ["signed_in", "signed_out"]
    assert (lines[0]["subject"], lines[0]["peer"]) == (str(nora.pk), "127.0.0.1")
    assert "nora@example.com" not in caplog.text
    assert tokens["access"] not in caplog.text


def test_sign_in_and_out_by_session(client: Client, nora: User) -> None:
    client.post("/api/session/login/", {"username": nora.email, "password": PASSWORD})
    client.post("/api/session/logout/")
    client.post("/api/session/logout/")

    assert kinds() == ["signed_in", "signed_out"]


def test_failure_of_nobody_is_kept_by_a_hash(post: Callable[..., Any], nora: User) -> None:
    for email in ("Stranger@Example.com", "stranger@example.com", nora.email):
        post("auth/login", {"email": email, "password": "wrong"})

    first, second, known = SecurityEvent.objects.order_by("pk")
    assert first.unknown_email == second.unknown_email == hashed("stranger@example.com")
    assert (first.subject, known.subject, known.unknown_email) == (None, nora, "")
    assert "stranger" not in str(SecurityEvent.objects.values())


def test_roles_are_noted_with_who_gave_them(nora: User, staff: User) -> None:
    set_roles(user=nora, roles=["agent"], actor=staff)

    event = SecurityEvent.objects.get()
    assert (event.kind, event.actor, event.subject) == ("roles_changed", staff, nora)
    assert event.details == {"given": ["agent"], "taken": ["customer"]}


def test_changes_of_sign_in_are_noted(nora: User, staff: User, mails: list[Any]) -> None:
    update_user(user=nora, changes={"is_active": False, "city": "Rome"}, actor=staff)
    update_user(user=nora, changes={"is_active": True}, actor=staff)
    update_user(user=nora, changes={"email": "new@example.com"}, actor=staff)
    update_user(user=nora, changes={"is_superuser": True}, actor=None)
    update_user(user=nora, changes={"city": "Oslo", "email": "new@example.com"}, actor=staff)

    assert kinds() == ["deactivated", "reactivated", "email_changed", "roles_changed"]
    assert set(SecurityEvent.objects.exclude(kind="roles_changed").values_list("actor", flat=True)) == {staff.pk}
    assert mails == [("email_changed", "nora@example.com")]


def test_contact_without_a_password_gets_no_mail_of_a_new_address(mails: list[Any]) -> None:
    contact = UserFactory.create(email="old@example.com")

    update_user(user=contact, changes={"email": "new@example.com"}, actor=None)

    assert mails == []


def test_caller_is_who_is_signed_in(client_of: Any, staff: User, nora: User) -> None:
    client_of(staff).patch(f"/api/v1/users/{nora.pk}/", {"email": "new@example.com"})

    assert SecurityEvent.objects.get().actor == staff


def test_log_stays_when_its_people_go() -> None:
    gone = UserFactory.create()
    record(SecurityEventKind.SIGNED_IN, subject=gone, actor=gone)

    delete_user(user=gone, actor=None)

    event = SecurityEvent.objects.get()
    assert (event.actor, event.subject) == (None, None)


def test_log_is_kept_for_half_a_year(nora: User) -> None:
    record(SecurityEventKind.SIGNED_IN, subject=nora)
    SecurityEvent.objects.update(at=clock.now() - timedelta(days=179))
    early = purge()
    SecurityEvent.objects.update(at=clock.now() - timedelta(days=181))

    assert (early, purge()) == (0, 1)


def test_commands_answer_no_request() -> None:
    with pytest.raises(LookupError):
        answered_request()
