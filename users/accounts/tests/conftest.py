"""What the tests of accounts share: people with passwords, and the mails that are asked for."""

from collections.abc import Callable, Iterator
from typing import Any

import pytest
from django.contrib.auth.hashers import Argon2PasswordHasher
from django.test import Client
from pytest_django import Settings

from users.models import User
from users.signals import account_mail
from users.tests.factories import UserFactory

HASHER = "users.accounts.tests.conftest.QuickHasher"
PASSWORD = "correct horse battery"
OTHER = "another long one of mine"


class QuickHasher(Argon2PasswordHasher):
    """Argon2 without its price: each of these tests hashes a few times."""

    time_cost = 1
    memory_cost = 8
    parallelism = 1


@pytest.fixture(autouse=True)
def quick_hashes(settings: Settings) -> None:
    """Hash quickly."""
    settings.PASSWORD_HASHERS = [HASHER]


@pytest.fixture
def nora(db: None) -> User:
    """Return a customer with the password ``PASSWORD``."""
    person = UserFactory.create(email="nora@example.com", first_name="Nora", last_name="Neu", roles=["customer"])
    person.set_password(PASSWORD)
    person.save()
    return person


@pytest.fixture
def mails() -> Iterator[list[tuple[str, str]]]:
    """Return the kinds and addresses of the mails that are asked for."""
    found: list[tuple[str, str]] = []

    def note(*, kind: str, email: str, **_kwargs: Any) -> None:
        found.append((str(kind), email))

    account_mail.connect(note)
    yield found
    account_mail.disconnect(note)


@pytest.fixture
def post(client: Client) -> Callable[..., Any]:
    """Return what posts a body to a path of the API."""

    def send(path: str, body: dict[str, Any], **headers: str) -> Any:
        return client.post(f"/api/v1/{path}/", body, "application/json", headers=headers)

    return send


@pytest.fixture
def signed_in(post: Callable[..., Any], nora: User) -> dict[str, str]:
    """Return the header of Nora's access token."""
    tokens = post("auth/login", {"email": nora.email, "password": PASSWORD}).json()
    return {"Authorization": f"Bearer {tokens['access']}"}
