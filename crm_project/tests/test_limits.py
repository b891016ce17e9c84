"""What is too large is refused, with the limit in the answer."""

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from pytest_django import Settings

pytestmark = pytest.mark.django_db
LOGIN = "/admin/login/"


@pytest.fixture
def client() -> Client:
    return Client(raise_request_exception=False)


def assert_is_problem(response: Any, status: int, detail: str) -> None:
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert json.loads(response.content)["detail"].replace("\xa0", " ") == detail


@pytest.mark.parametrize("address", ["/api/v1/users/", LOGIN])
def test_request_that_announces_too_much_is_413_unread(client: Client, settings: Settings, address: str) -> None:
    settings.MAX_UPLOAD_BYTES = 2_048

    response = client.post(address, b"x" * 2_049, content_type="application/json")

    assert_is_problem(response, 413, "The body is larger than 2.0 KB, which is the most that is read.")


@pytest.mark.parametrize("call", ["login", "refresh", "signup", "password/reset"])
def test_large_body_of_a_call_that_anybody_may_make_is_413(client: Client, call: str) -> None:
    body = "[" + "0," * 40_000 + "0]"

    response = client.post(f"/api/v1/auth/{call}/", body, content_type="application/json")

    assert_is_problem(response, 413, "The body is too large. Send it in parts.")


def test_form_with_too_much_text_is_413(client: Client, settings: Settings) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 1_024

    response = client.post(LOGIN, {"username": "x" * 1_025})

    assert_is_problem(response, 413, "The body is larger than 1.0 KB, which is the most that is read.")


def test_form_with_too_many_fields_is_400(client: Client) -> None:
    response = client.post(LOGIN, {f"field{number}": "" for number in range(1_001)})

    assert_is_problem(response, 400, "A form may have up to 1000 fields.")


def test_form_with_too_many_files_is_400(client: Client) -> None:
    files = {f"file{number}": SimpleUploadedFile("a.txt", b"a") for number in range(11)}

    response = client.post(LOGIN, files)

    assert_is_problem(response, 400, "A form may have up to 10 files.")


def test_other_bad_request_says_nothing(client: Client) -> None:
    response = client.get("/health/", headers={"Host": "evil.example.com"})

    assert response.status_code == 400
    assert b"evil" not in response.content


def test_length_that_is_no_number_is_no_error(client: Client) -> None:
    assert client.get("/health/", CONTENT_LENGTH="lots").status_code == 200
