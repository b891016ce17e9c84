"""Limits by address: for whoever calls from there, with an account or without."""

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client
from pytest_django import Settings

from users.accounts.mail import signup_token
from users.accounts.signup import request_signup
from users.accounts.tests.conftest import PASSWORD
from users.models import PendingSignup
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
SIGN_UP, FORGOTTEN = "/account/sign-up/", "/account/password/reset/"


@pytest.mark.parametrize(("page", "scope"), [(SIGN_UP, "signup"), (FORGOTTEN, "mail")])
def test_accounts_at_one_address_share_its_limit(settings: Settings, page: str, scope: str) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, scope: "2/day"}

    def ask(number: int, address: str) -> int:
        browser = Client(REMOTE_ADDR=address)
        if number:
            browser.force_login(UserFactory.create(email=f"own{number}@example.com"), "users.backends.RoleBackend")
        form = {"first_name": "Nora", "email": f"new{number}@example.com", "password": PASSWORD}
        return browser.post(page, form).status_code

    assert [ask(number, "203.0.113.1") for number in range(4)] == [302, 302, 429, 429]
    assert ask(5, "203.0.113.2") == 302


def test_confirmations_use_up_no_sign_ups(post: Callable[..., Any], settings: Settings, client: Client) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "signup": "1/day", "signup_confirm": "2/day"}
    request_signup(email="nora@example.com", password=PASSWORD, profile={})
    page = f"/account/confirm/{signup_token(PendingSignup.objects.get())}/"

    confirmed = [
        post("auth/signup/confirm", {"token": "x", "password": "wrong"}).status_code,
        client.post(page, {"password": "wrong"}).status_code,
        client.post(page, {"password": PASSWORD}).status_code,
        post("auth/signup/confirm", {"token": "x", "password": "wrong"}).status_code,
    ]
    asked = [post("auth/signup", {"email": "ann@example.com", "password": PASSWORD}).status_code for _time in range(2)]

    assert (confirmed, asked) == ([400, 200, 429, 429], [201, 429])
