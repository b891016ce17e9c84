from typing import Any

import pytest
from django.core import exceptions as core
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.http import Http404, UnreadablePostError
from psycopg import errors
from rest_framework import exceptions as rest
from rest_framework.test import APIClient

from api.exceptions import Conflict, Fault, InvalidInput
from api.problems import faults_of, sentence
from api.tests.library import FAILURES
from api.tests.models import Author, Book

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/fail/"


def caused(error: Exception, cause: Exception) -> Exception:
    error.__cause__ = cause
    return error


@pytest.mark.parametrize(
    ("error", "status"),
    [
        (Http404(), 404),
        (Book.DoesNotExist(), 404),
        (core.PermissionDenied(), 403),
        (core.ValidationError("wrong"), 400),
        (core.SuspiciousOperation(), 400),
        (core.RequestDataTooBig(), 413),
        (UnreadablePostError(), 400),
        (IntegrityError(), 409),
        (DataError(), 400),
        (caused(OperationalError(), errors.LockNotAvailable()), 503),
        (caused(OperationalError(), errors.ProgramLimitExceeded()), 400),
        (InterfaceError(), 503),
        (Conflict("The event is full."), 409),
        (rest.Throttled(wait=3), 429),
        (ZeroDivisionError("secret"), 500),
    ],
)
def test_every_error_is_a_problem(client: APIClient, error: Exception, status: int, settings: Any) -> None:
    settings.DEBUG = True
    FAILURES["it"] = error

    response = client.post(URL, {"name": "it"})

    body = response.json()
    assert (response.status_code, response["Content-Type"]) == (status, "application/problem+json")
    assert (body["status"], body["error"]) == (status, body["detail"])
    assert {"type", "title", "status", "detail", "error"} <= body.keys()
    assert "secret" not in response.content.decode()


def test_unknown_error_reaches_the_log_and_the_signal(librarian: Any, caplog: pytest.LogCaptureFixture) -> None:
    FAILURES["it"] = ZeroDivisionError("secret")
    client = APIClient()
    client.force_authenticate(librarian)

    with pytest.raises(ZeroDivisionError):
        client.post(URL, {"name": "it"})

    assert any(record.exc_info for record in caplog.records)


def test_busy_database_says_when_to_come_again(client: APIClient) -> None:
    FAILURES["it"] = OperationalError()

    assert client.post(URL, {"name": "it"})["Retry-After"] == "1"


def test_conflict_names_its_kind(client: APIClient) -> None:
    FAILURES["it"] = Conflict("The event is full.", "full")

    body = client.post(URL, {"name": "it"}).json()

    assert body == {
        "type": "/api/problems/full",
        "title": "Conflict",
        "status": 409,
        "detail": "The event is full.",
        "error": "The event is full.",
    }


def test_deletion_of_what_is_in_use_names_the_users(client: APIClient) -> None:
    author = Author.objects.create(name="Ada")
    Book.objects.create(title="Notes", author=author)
    with pytest.raises(IntegrityError) as caught:
        author.delete()
    FAILURES["it"] = caught.value

    response = client.post(URL, {"name": "it"})

    assert response.status_code == 409
    assert response.json()["detail"] == "Still in use by books (1). Remove or move those first."


def test_model_errors_name_their_field(client: APIClient) -> None:
    FAILURES["it"] = core.ValidationError({"pages": core.ValidationError("Too few.", "few")})

    assert client.post(URL, {"name": "it"}).json()["errors"] == [
        {"pointer": "/pages", "code": "few", "detail": "Too few."}
    ]


def test_faults_of_nested_errors_become_pointers() -> None:
    detail: Any = {"items": [{}, {"e/mail~": ["Wrong."]}], "days": {1: ["Not a number."]}, "non_field_errors": ["Odd."]}
    error = rest.ValidationError(detail)

    found = [(fault.as_json()["pointer"], fault.detail) for fault in faults_of(error)]

    assert found == [("/items/1/e~1mail~0", "Wrong."), ("/days/1", "Not a number."), ("", "Odd.")]


def test_fault_in_a_parameter_that_holds_json_has_both_places() -> None:
    fault = Fault("Too small.", "min", ("stocked", "min")).as_parameter()

    assert fault.as_json() == {"parameter": "stocked", "pointer": "/min", "code": "min", "detail": "Too small."}
    assert fault.as_parameter() is fault


def test_summary_stops_after_three_faults(client: APIClient) -> None:
    FAILURES["it"] = InvalidInput([Fault("Bad.", path=("a", index)) for index in range(5)])

    assert client.post(URL, {"name": "it"}).json()["detail"] == "a/0: Bad. a/1: Bad. a/2: Bad. And 2 more."


def test_invalid_input_reads_as_text() -> None:
    assert str(InvalidInput(Fault("Too small.", path=("min",)))) == "min: Too small."


@pytest.mark.parametrize("detail", ["Gone.", ["Gone."], {"detail": "Gone.", "code": "x"}, {"a": ["Gone."]}])
def test_sentence_is_found_in_any_wrapping(detail: Any) -> None:
    assert sentence(detail) == "Gone."


def test_sentence_of_an_empty_list_is_empty() -> None:
    assert sentence([]) == ""


def test_anonymous_gets_401_with_a_challenge(anonymous: APIClient) -> None:
    response = anonymous.get("/api/v1/books/")

    assert (response.status_code, response["WWW-Authenticate"]) == (401, 'Bearer realm="api"')


def test_bad_token_gets_401(anonymous: APIClient) -> None:
    response = anonymous.get("/api/v1/books/", headers={"Authorization": "Bearer nonsense"})

    assert response.status_code == 401
    assert response.json()["detail"] == "Given token not valid for any token type"


def test_unknown_method_media_type_and_accept_are_problems(client: APIClient) -> None:
    answers = [
        client.delete("/api/v1/books/"),
        client.post("/api/v1/books/", "a=1", content_type="application/x-www-form-urlencoded"),
        client.get("/api/v1/books/", headers={"Accept": "image/png"}),
        client.get("/api/v1/books/?format=xml"),
        client.post("/api/v1/books/", "{", content_type="application/json"),
    ]

    assert [answer.status_code for answer in answers] == [405, 415, 406, 406, 400]
    assert {answer["Content-Type"] for answer in answers} == {"application/problem+json"}


@pytest.mark.parametrize("method", ["get", "post", "put", "patch", "delete"])
def test_unknown_address_is_a_problem_for_anybody(anonymous: APIClient, method: str, settings: Any) -> None:
    settings.DEBUG = True

    response = getattr(anonymous, method)("/api/nowhere/")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


def test_browser_gets_errors_as_a_page(client: APIClient) -> None:
    response = client.get("/api/v1/books/?colour=red", headers={"Accept": "text/html"})

    assert (response.status_code, response["Content-Type"]) == (400, "text/html; charset=utf-8")
    assert "is not known here" in response.content.decode()
