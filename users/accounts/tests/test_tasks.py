from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.contrib.sessions.models import Session
from django.utils import timezone as clock
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from users.accounts.models import SecurityEventKind
from users.accounts.security_log import record
from users.accounts.signup import request_signup
from users.accounts.tests.conftest import PASSWORD
from users.accounts.tokens import create_token
from users.models import ApiToken, PendingSignup, SecurityEvent, User
from users.tasks import forget_accounts, forget_attempts

pytestmark = pytest.mark.django_db


def test_what_is_over_is_forgotten(nora: User, post: Any) -> None:
    post("auth/login", {"email": nora.email, "password": PASSWORD})
    post("auth/login", {"email": nora.email, "password": "wrong"})
    request_signup(email="new@example.com", password=PASSWORD, profile={})
    PendingSignup.objects.update(created_at=clock.now() - timedelta(days=3))
    OutstandingToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    create_token(user=nora, name="old", scopes=["*:read"])
    ApiToken.objects.update(revoked_at=clock.now() - timedelta(days=180, seconds=1))
    create_token(user=nora, name="new", scopes=["*:read"])
    SecurityEvent.objects.update(at=clock.now() - timedelta(days=180, seconds=1))
    record(SecurityEventKind.SIGNED_IN, subject=nora, actor=nora)
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(hours=1))
    for key, days in (("ended", -1), ("running", 1)):
        Session.objects.create(session_key=key, session_data="", expire_date=clock.now() + timedelta(days=days))

    forget_accounts()
    forget_attempts()

    assert [model.objects.count() for model in (PendingSignup, OutstandingToken, AccessAttempt)] == [0, 0, 0]
    assert [session.session_key for session in Session.objects.all()] == ["running"]
    assert [token.name for token in ApiToken.objects.all()] == ["new"]
    assert [event.kind for event in SecurityEvent.objects.all()] == ["signed_in"]
