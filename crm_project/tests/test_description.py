"""The API's description, which anybody may ask for."""

from unittest.mock import patch

import pytest
from django.test import Client
from drf_spectacular.generators import SchemaGenerator

from crm_project.description import written_by

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(
    ("address", "accept", "kind"),
    [
        ("/api/schema/", "*/*", "application/vnd.oai.openapi; charset=utf-8"),
        ("/api/schema/", "application/json", "application/json"),
        ("/api/schema/", "application/yaml", "application/yaml; charset=utf-8"),
        ("/api/schema/?format=json", "*/*", "application/vnd.oai.openapi+json"),
    ],
)
def test_description_comes_as_it_is_asked_for(client: Client, address: str, accept: str, kind: str) -> None:
    answer = client.get(address, headers={"Accept": accept})

    assert (answer.status_code, answer["Content-Type"]) == (200, kind)
    assert answer.content.startswith(b"{" if "json" in kind else b"openapi: 3.1.0")


def test_description_is_made_once(client: Client) -> None:
    written_by.cache_clear()
    with patch.object(SchemaGenerator, "get_schema", autospec=True, side_effect=SchemaGenerator.get_schema) as made:
        answers = {client.get("/api/schema/").content for _time in range(3)}

    assert (len(answers), made.call_count) == (1, 1)


@pytest.mark.parametrize(
    ("address", "status"),
    [("/api/schema/?version=a%0Ab", 400), ("/api/schema/?lang=xx", 400), ("/api/schema/?format=x", 406)],
)
def test_what_cannot_be_answered_is_a_problem(client: Client, address: str, status: int) -> None:
    answer = client.get(address)

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["status"] == status


@pytest.mark.parametrize("call", ["tokens", "auth/signup/confirm", "auth/password/reset/confirm"])
def test_description_names_the_conflict_of_a_call_that_is_not_kept(client: Client, call: str) -> None:
    described = client.get("/api/schema/?format=json").json()

    assert "409" in described["paths"][f"/api/v1/{call}/"]["post"]["responses"]
    assert "409" not in described["paths"]["/api/v1/users/filter_by/"]["post"]["responses"]
