"""Signing in and out take the fields that are documented, and name any other."""

from typing import Any

import pytest

from users.accounts.tests.conftest import PASSWORD
from users.models import User


@pytest.mark.parametrize("path", ["login", "refresh", "logout"])
def test_unknown_field_is_named(post: Any, nora: User, path: str) -> None:
    given = {"email": nora.email, "password": PASSWORD}
    refresh = post("auth/login", given).json()["refresh"]
    body = given if path == "login" else {"refresh": refresh}

    refused = post(f"auth/{path}", {**body, "pasword": "x"})
    taken = post(f"auth/{path}", body)

    assert (refused.status_code, [fault["pointer"] for fault in refused.json()["errors"]]) == (400, ["/pasword"])
    assert taken.status_code in (200, 204)
