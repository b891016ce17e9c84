"""The two health endpoints, with the database and the broker there, late, without migrations and gone."""

from collections.abc import Iterator

import pytest
from django.db import connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.test import Client
from pytest_django import DjangoAssertNumQueries, Settings

from crm_project import embedded, health

CLOSED_PORT = 1


@pytest.fixture
def broker(settings: Settings) -> None:
    """Name the embedded Valkey as the broker, and let it run."""
    server = embedded.valkey()
    server.ensure()
    settings.REDIS_URL = f"unix://{server.socket}"


@pytest.fixture
def without_broker(settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{CLOSED_PORT}/0"


@pytest.fixture
def unreachable_database() -> Iterator[BaseDatabaseWrapper]:
    original = connections["default"]
    broken = original.copy()
    broken.settings_dict |= {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": CLOSED_PORT}
    connections["default"] = broken
    yield broken
    connections["default"] = original


@pytest.fixture
def other_connection() -> Iterator[BaseDatabaseWrapper]:
    other = connections["default"].copy()
    yield other
    other.close()


@pytest.mark.parametrize("method", ["get", "head"])
def test_alive_without_a_database_is_ok(client: Client, method: str) -> None:
    response = getattr(client, method)("/health/")

    assert response.status_code == 200
    assert response.content == (b'{"status": "ok"}' if method == "get" else b"")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize("address", ["/health/", "/health/ready/"])
def test_health_when_posted_to_is_405(client: Client, address: str) -> None:
    assert client.post(address).status_code == 405


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_ready_with_everything_there_is_ok(client: Client) -> None:
    response = client.get("/health/ready/")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "checks": {"database": "ok", "migrations": "ok", "broker": "ok"}}


@pytest.mark.django_db
@pytest.mark.usefixtures("broker")
def test_ready_when_asked_by_head_has_no_body(client: Client) -> None:
    response = client.head("/health/ready/")

    assert (response.status_code, response.content) == (200, b"")


@pytest.mark.django_db
@pytest.mark.usefixtures("without_broker")
def test_ready_without_the_broker_is_degraded(client: Client) -> None:
    response = client.get("/health/ready/")

    assert response.status_code == 200
    assert response.json()["status"] == "degraded"
    assert response.json()["checks"]["broker"] == "unreachable"


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["cache.example.com:6379", "amqp://guest@rabbit.example.com//"])
def test_ready_with_an_address_that_names_no_broker_is_degraded(
    client: Client, settings: Settings, address: str
) -> None:
    settings.REDIS_URL = address

    response = client.get("/health/ready/")

    assert (response.status_code, response.json()["checks"]["broker"]) == (200, "unreachable")


@pytest.mark.django_db
@pytest.mark.usefixtures("without_broker")
def test_ready_without_a_migration_is_503(client: Client) -> None:
    with connections["default"].cursor() as cursor:
        cursor.execute("DELETE FROM django_migrations WHERE app = 'relations'")

    response = client.get("/health/ready/")

    assert response.status_code == 503
    assert response["Content-Type"] == "application/problem+json"
    assert response.json() == {
        "type": "about:blank",
        "title": "Service Unavailable",
        "status": 503,
        "detail": "The database lacks migrations: manage.py migrate.",
        "error": "The database lacks migrations: manage.py migrate.",
        "checks": {"database": "ok", "migrations": "missing", "broker": "unreachable"},
    }


@pytest.mark.django_db
@pytest.mark.usefixtures("without_broker", "unreachable_database")
def test_ready_without_the_database_is_503(client: Client) -> None:
    response = client.get("/health/ready/")

    assert response.status_code == 503
    assert response.json()["checks"] == {"database": "unreachable", "migrations": "unknown", "broker": "unreachable"}
    assert str(CLOSED_PORT) not in response.json()["detail"]


@pytest.mark.django_db
@pytest.mark.usefixtures("without_broker")
def test_ready_while_the_database_hangs_is_503(
    client: Client, other_connection: BaseDatabaseWrapper, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(health, "STATEMENT_MILLISECONDS", 100)
    other_connection.set_autocommit(False)
    with other_connection.cursor() as cursor:
        cursor.execute("LOCK TABLE django_migrations IN ACCESS EXCLUSIVE MODE")

        response = client.get("/health/ready/")

    assert response.status_code == 503
    assert response.json()["checks"]["database"] == "unreachable"


@pytest.mark.django_db
@pytest.mark.usefixtures("without_broker")
def test_ready_when_asked_takes_few_queries(
    client: Client, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    with django_assert_max_num_queries(5):
        client.get("/health/ready/")


def test_broker_state_without_redis_url_is_the_embedded_ones(settings: Settings) -> None:
    embedded.valkey().ensure()
    settings.REDIS_URL = ""

    assert health.broker_state() == "ok"
