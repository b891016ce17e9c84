from datetime import timedelta
from typing import Any

import pytest
from axes.models import AccessAttempt
from django.utils import timezone as clock
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from users.accounts.signup import request_signup
from users.accounts.tests.conftest import PASSWORD
from users.models import PendingSignup, User
from users.tasks import forget_accounts, forget_attempts

pytestmark = pytest.mark.django_db


def test_what_is_over_is_forgotten(nora: User, post: Any) -> None:
    post("auth/login", {"email": nora.email, "password": PASSWORD})
    post("auth/login", {"email": nora.email, "password": "wrong"})
    request_signup(email="new@example.com", password=PASSWORD, profile={})
    PendingSignup.objects.update(created_at=clock.now() - timedelta(days=3))
    OutstandingToken.objects.update(expires_at=clock.now() - timedelta(seconds=1))
    AccessAttempt.objects.update(attempt_time=clock.now() - timedelta(hours=1))

    forget_accounts()
    forget_attempts()

    assert [model.objects.count() for model in (PendingSignup, OutstandingToken, AccessAttempt)] == [0, 0, 0]
