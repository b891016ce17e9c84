"""The headers by which browsers hold pages down, by the kind of answer and where it stands."""

import pytest
from django.test import Client
from pytest_django import Settings

from events.tests.factories import EventFactory

STRICT = {
    "default-src 'self'",
    "base-uri 'self'",
    "form-action 'self'",
    "frame-ancestors 'none'",
    "img-src 'self' data:",
    "object-src 'none'",
}


def policy(client: Client, address: str) -> set[str]:
    """Return the directives of the one policy that the page at ``address`` comes with."""
    response = client.get(address, headers={"Accept": "text/html"})
    return {directive.strip() for directive in response["Content-Security-Policy"].split(";")}


@pytest.mark.django_db
def test_page_of_the_site_has_the_strict_policy(client: Client) -> None:
    assert policy(client, "/") == STRICT


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/admin/login/", "/admin/"])
def test_unsafe_eval_is_for_the_admin(client: Client, address: str) -> None:
    assert policy(client, address) - STRICT == {"script-src 'self' 'unsafe-eval'", "style-src 'self' 'unsafe-inline'"}


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("address", "beyond"),
    [
        ("/api/docs/", {"style-src 'self' 'unsafe-inline'"}),
        ("/api/redoc/", {"style-src 'self' 'unsafe-inline'", "worker-src blob:"}),
        ("/api/v1/users/", {"style-src 'self' 'unsafe-inline'"}),
        ("/api/session/login/", {"style-src 'self' 'unsafe-inline'"}),
    ],
)
def test_page_of_the_api_gets_what_it_needs_and_no_scripts_of_its_own(
    client: Client, address: str, beyond: set[str]
) -> None:
    found = policy(client, address)

    assert found >= STRICT
    assert found - STRICT == beyond


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/api/v1/users/", "/health/", "/api/schema/", "/api/docs/?script="])
def test_what_is_no_page_may_load_nothing(client: Client, address: str) -> None:
    response = client.get(address)

    assert set(response["Content-Security-Policy"].split("; ")) == {
        "default-src 'none'",
        "base-uri 'none'",
        "form-action 'none'",
        "frame-ancestors 'none'",
    }


def test_other_headers_are_on_every_answer(client: Client) -> None:
    response = client.get("/health/")

    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Referrer-Policy"] == "same-origin"
    assert response["Cross-Origin-Opener-Policy"] == "same-origin"
    assert response["X-Frame-Options"] == "DENY"
    assert "camera=(), " in response["Permissions-Policy"]


def test_camera_is_for_the_door_alone(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    door, desk = (f"/admin/events/event/{event.pk}/{page}/" for page in ("check-in", "panel/desk"))
    policies = [admin_of_staff.get(page)["Permissions-Policy"] for page in (door, desk)]
    assert ["camera=(self), " in policy for policy in policies] == [True, False]
    assert ["camera=(), " in policy for policy in policies] == [False, True]


def test_other_origins_are_not_let_in(client: Client) -> None:
    response = client.get("/api/schema/", headers={"Origin": "https://app.example.com"})

    assert "Access-Control-Allow-Origin" not in response


def test_origin_that_is_named_is_let_in_without_cookies(client: Client, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]
    headers = {"Origin": "https://app.example.com", "Access-Control-Request-Method": "POST"}

    response = client.options("/api/v1/users/", headers=headers)

    assert response["Access-Control-Allow-Origin"] == "https://app.example.com"
    assert "idempotency-key" in response["Access-Control-Allow-Headers"]
    assert "Access-Control-Allow-Credentials" not in response


def test_named_origin_is_let_into_the_api_alone(client: Client, settings: Settings) -> None:
    settings.CORS_ALLOWED_ORIGINS = ["https://app.example.com"]

    response = client.get("/admin/login/", headers={"Origin": "https://app.example.com"})

    assert "Access-Control-Allow-Origin" not in response
