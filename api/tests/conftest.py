from typing import Any

import pytest
from django.contrib.auth import get_user_model
from rest_framework.test import APIClient

from api.filters import FilterContext


@pytest.fixture
def librarian(db: None) -> Any:
    return get_user_model().objects.create_superuser("librarian@example.com")


@pytest.fixture
def client(librarian: Any) -> APIClient:
    """Sign the librarian in; a server error comes back as an answer."""
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(librarian)
    return client


@pytest.fixture
def anonymous() -> APIClient:
    return APIClient(raise_request_exception=False)


@pytest.fixture
def context(librarian: Any) -> FilterContext:
    return FilterContext(librarian)
