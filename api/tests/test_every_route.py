"""The house rules on every address of the project's URL conf: a new one is covered as soon as it has a route."""

import re
import uuid
from typing import Any

import pytest
from rest_framework.test import APIClient

from api.checks import Route, api_routes
from api.permissions import PUBLIC
from api.rules import HouseRules
from api.throttles import HouseThrottle
from api.views import NotFoundView

pytestmark = pytest.mark.django_db
METHODS = ("get", "post", "put", "patch", "delete")
WITH_BODY = ("post", "put", "patch")
NOBODY = uuid.UUID(int=7)


def address_of(route: Route) -> str:
    """Return an address that the route answers, of an object that there is not."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", str(NOBODY), route.pattern)
    return "/" + plain.replace("^", "").replace("/?$", "/").replace("$", "").replace("\\Z", "")


ROUTES = {
    address_of(route): route
    for route in api_routes()
    if issubclass(route.view, HouseRules) and route.view is not NotFoundView
}
CALLS = [
    pytest.param(address, method, id=f"{method} {address}")
    for address, route in ROUTES.items()
    for method in METHODS
    if method in route.methods
]
# Takes its filters from the address, and reads no body.
WITHOUT_BODY = "/api/v1/users/filter_by/"
WRITES = [one for one in CALLS if one.values[1] in WITH_BODY and one.values[0] != WITHOUT_BODY]
every_route = pytest.mark.parametrize("address", ROUTES)
every_call = pytest.mark.parametrize(("address", "method"), CALLS)
every_write = pytest.mark.parametrize(("address", "method"), WRITES)


def is_problem(answer: Any) -> bool:
    """Tell whether the answer is a problem that says what is wrong."""
    body = answer.json()
    return bool(
        answer["Content-Type"] == "application/problem+json"
        and body["status"] == answer.status_code
        and body["detail"]
        and body["error"] == body["detail"]
    )


def names_an_object(address: str) -> bool:
    return str(NOBODY) in address


@every_route
def test_method_that_there_is_not_is_a_405_that_lists_the_others(client: APIClient, address: str) -> None:
    offered = ROUTES[address].methods
    for method in {*METHODS, "trace"} - offered:
        answer = client.generic(method.upper(), address)

        assert (answer.status_code, is_problem(answer)) == (405, True), method
        assert {name.lower() for name in answer["Allow"].split(", ")} >= offered - {"head"}


@every_call
def test_answer_that_nobody_writes_is_a_406(client: APIClient, address: str, method: str) -> None:
    answer = getattr(client, method)(address, headers={"Accept": "image/png"})

    assert (answer.status_code, is_problem(answer)) == (406, True)


@every_call
def test_parameter_that_nobody_knows_is_a_400_that_names_it(client: APIClient, address: str, method: str) -> None:
    answer = client.generic(method.upper(), f"{address}?colour=red")

    body = answer.json()
    known_before = answer.status_code == 404 and names_an_object(address)
    assert known_before or [error["parameter"] for error in body["errors"]] == ["colour"], body
    assert (answer.status_code in (400, 404), is_problem(answer)) == (True, True)


@every_write
def test_body_of_another_kind_is_a_415(client: APIClient, address: str, method: str) -> None:
    answer = client.generic(method.upper(), address, "a=1", "application/x-www-form-urlencoded")

    assert answer.status_code in ((404, 415) if names_an_object(address) else (415,))
    assert is_problem(answer)


BODIES: dict[str, Any] = {
    "no JSON": b"{",
    "no UTF-8": b'{"name": "\xff"}',
    "NUL": b'{"name": "a\\u0000b"}',
    "half a surrogate pair": b'{"name": "\\ud800"}',
    "huge number": b'{"limit": 1' + b"0" * 400 + b"}",
    "no number": b'{"limit": NaN}',
    "twice the same": b'{"name": 1, "name": 2}',
    "too deep": b"[" * 5000 + b"]" * 5000,
    "no object": b'["a"]',
    "unknown field": b'{"colour": "red"}',
}


@every_write
def test_body_that_makes_no_sense_is_a_400(client: APIClient, address: str, method: str) -> None:
    for name, body in BODIES.items():
        answer = client.generic(method.upper(), address, body, "application/json")

        assert answer.status_code in ((400, 404) if names_an_object(address) else (400,)), name
        assert is_problem(answer), name


@every_write
def test_body_that_is_too_large_is_a_413(client: APIClient, address: str, method: str, settings: Any) -> None:
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 10

    answer = client.generic(method.upper(), address, '{"name": "long enough"}', "application/json")

    assert answer.status_code in ((404, 413) if names_an_object(address) else (413,))
    assert is_problem(answer)


@every_call
def test_object_that_there_is_not_is_a_404(client: APIClient, address: str, method: str) -> None:
    if names_an_object(address):
        answer = getattr(client, method)(address, {} if method in WITH_BODY else None)

        assert (answer.status_code, is_problem(answer)) == (404, True)


@every_call
def test_caller_without_sign_in_is_a_401(anonymous: APIClient, address: str, method: str) -> None:
    if ROUTES[address].view.permission != PUBLIC:  # type: ignore[attr-defined]  # all follow the house rules
        answer = getattr(anonymous, method)(address)

        assert (answer.status_code, is_problem(answer)) == (401, True)
        assert answer["WWW-Authenticate"].startswith("Bearer")


@every_call
def test_caller_beyond_the_rate_is_a_429(
    client: APIClient, address: str, method: str, settings: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(HouseThrottle, "resting_until", 0.0)
    settings.THROTTLE_RATES = dict.fromkeys(settings.THROTTLE_RATES, "1/day")

    getattr(client, method)(address)
    answer = getattr(client, method)(address)

    assert (answer.status_code, is_problem(answer), int(answer["Retry-After"]) > 0) == (429, True, True)


@every_route
def test_options_say_what_there_is(client: APIClient, address: str) -> None:
    answer = client.options(address)

    assert (answer.status_code, answer["Content-Type"]) == (200, "application/json")
    assert {name.lower() for name in answer["Allow"].split(", ")} >= ROUTES[address].methods - {"head"}


@every_route
def test_head_is_get_without_its_body(client: APIClient, address: str) -> None:
    if "get" in ROUTES[address].methods:
        got, head = client.get(address), client.head(address)

        assert (head.status_code, head.content) == (got.status_code, b"")
        assert head["Content-Type"] == got["Content-Type"]
        assert head.get("ETag") == got.get("ETag")


@pytest.mark.parametrize("method", METHODS)
def test_address_that_leads_nowhere_is_a_404(client: APIClient, method: str) -> None:
    answer = getattr(client, method)("/api/v1/nothing/here/")

    assert (answer.status_code, is_problem(answer)) == (404, True)
