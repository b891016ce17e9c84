"""The indexes of the API: from its bare address to every list."""

import pytest
from django.test import Client
from rest_framework.test import APIClient

pytestmark = pytest.mark.django_db
HOST = "http://testserver"


@pytest.mark.parametrize("address", ["/api", "/api/"])
def test_api_leads_everybody_to_its_version_and_description(client: Client, address: str) -> None:
    index = client.get(address).json()

    assert index == {
        "v1": f"{HOST}/api/v1/",
        "docs": f"{HOST}/api/docs/",
        "redoc": f"{HOST}/api/redoc/",
        "schema": f"{HOST}/api/schema/",
    }
    assert {client.get(index[name]).status_code for name in ("docs", "redoc", "schema")} == {200}


def test_version_leads_to_every_list(client_of_staff: APIClient) -> None:
    index = client_of_staff.get("/api/v1/").json()

    assert index["users"] == f"{HOST}/api/v1/users/"
    assert {"users", "events", "relations", "campaigns", "deliveries"} <= index.keys()
    assert {client_of_staff.get(address).status_code for address in index.values()} == {200}


def test_version_without_a_slash_leads_to_the_one_with(client: Client) -> None:
    assert client.get("/api/v1").headers["Location"] == "/api/v1/"


def test_version_asks_for_sign_in(client: Client) -> None:
    answer = client.get("/api/v1/")

    assert (answer.status_code, answer.headers["Content-Type"]) == (401, "application/problem+json")


def test_index_can_be_walked_in_a_browser(client: Client) -> None:
    page = client.get("/api/", headers={"Accept": "text/html"}).content.decode()

    assert f'href="{HOST}/api/v1/"' in page


def test_index_takes_no_parameters(client: Client) -> None:
    assert client.get("/api/?page=2").status_code == 400
