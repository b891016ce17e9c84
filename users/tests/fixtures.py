"""Fixtures for every app: the cast and clients of the API that are signed in as them."""

from collections.abc import Callable

import pytest
from django.test import Client
from rest_framework.test import APIClient

from users.models import User
from users.tests.factories import StaffFactory, UserFactory


@pytest.fixture
def staff(db: None) -> User:
    """Return somebody who may do everything."""
    return StaffFactory.create(first_name="Sam", last_name="Staff", email="sam@example.com")


@pytest.fixture
def organizer(db: None) -> User:
    """Return somebody who leads events."""
    return UserFactory.create(first_name="Oscar", last_name="Organizer", email="oscar@example.com", roles=["organizer"])


@pytest.fixture
def agent(db: None) -> User:
    """Return somebody who answers customers."""
    return UserFactory.create(first_name="Agnes", last_name="Agent", email="agnes@example.com", roles=["agent"])


@pytest.fixture
def customer(db: None) -> User:
    """Return somebody who signed up."""
    return UserFactory.create(first_name="Carl", last_name="Customer", email="carl@example.com", roles=["customer"])


@pytest.fixture
def outsider(db: None) -> User:
    """Return somebody with an account and no rights."""
    return UserFactory.create(first_name="Olga", last_name="Outsider", email="olga@example.com")


@pytest.fixture
def client_of() -> Callable[[User], APIClient]:
    """Return what makes a client of the API that is signed in as somebody."""

    def make(user: User) -> APIClient:
        client = APIClient()
        client.force_authenticate(user)
        return client

    return make


@pytest.fixture
def client_of_staff(staff: User) -> APIClient:
    """Return a client of the API, signed in as ``staff``."""
    client = APIClient()
    client.force_authenticate(staff)
    return client


@pytest.fixture
def admin_of_staff(staff: User) -> Client:
    """Return a client of the admin, signed in as ``staff``."""
    client = Client()
    client.force_login(staff)
    return client
