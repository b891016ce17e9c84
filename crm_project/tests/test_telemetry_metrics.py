"""Who may read /metrics, and what stands there: requests, and how mail, broker and database are."""

from datetime import timedelta
from ipaddress import ip_network

import pytest
from django.conf import settings as settings_of_this_run
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock
from prometheus_client.parser import text_string_to_metric_families
from pytest_django import Settings

from crm_project import embedded
from crm_project.telemetry import collectors
from crm_project.tests.test_health import CLOSED_PORT
from mailing.models import Campaign, Delivery, LanePause
from mailing.services import pause_campaign
from mailing.tests.factories import campaign_to, people

PROXY, TOKEN = "10.0.0.1", "a-token-for-this-test"


@pytest.fixture(autouse=True)
def allowed(settings: Settings) -> None:
    settings.METRICS_ALLOWED = [ip_network("127.0.0.1")]
    settings.METRICS_TOKEN = ""
    settings.TRUSTED_PROXIES = [ip_network(PROXY)]
    embedded.valkey().ensure()


def figures(client: Client) -> dict[str, float]:
    """Return what /metrics says, by name and labels as they are written."""
    response = client.get("/metrics")
    assert response.status_code == 200
    return {
        sample.name + "".join(f" {value}" for value in sample.labels.values()): sample.value
        for family in text_string_to_metric_families(response.content.decode())
        for sample in family.samples
    }


# --- Access ----------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/metrics", "/metrics/"])
def test_metrics_for_an_allowed_address_are_prometheus_text(client: Client, address: str) -> None:
    response = client.get(address)

    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/plain; version=")
    assert "no-store" in response["Cache-Control"]


@pytest.mark.parametrize(
    ("peer", "forwarded"),
    [("192.0.2.7", None), ("127.0.0.1", "192.0.2.7"), (PROXY, "192.0.2.7"), (PROXY, None), ("", None)],
)
def test_metrics_for_others_are_not_there(client: Client, peer: str, forwarded: str | None) -> None:
    headers = {"X-Forwarded-For": forwarded} if forwarded else {}

    response = client.get("/metrics", headers=headers, REMOTE_ADDR=peer)

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.django_db
def test_metrics_through_a_trusted_proxy_go_by_the_callers_address(client: Client) -> None:
    response = client.get("/metrics", headers={"X-Forwarded-For": "127.0.0.1"}, REMOTE_ADDR=PROXY)

    assert response.status_code == 200


@pytest.mark.django_db
@pytest.mark.parametrize("scheme", ["Bearer", "bearer"])
def test_metrics_for_the_bearer_of_the_token_from_anywhere(client: Client, settings: Settings, scheme: str) -> None:
    settings.METRICS_TOKEN = TOKEN

    response = client.get("/metrics", headers={"Authorization": f"{scheme} {TOKEN}"}, REMOTE_ADDR="192.0.2.7")

    assert response.status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer wröng", f"Basic {TOKEN}", f"Bearer {TOKEN} "])
def test_metrics_with_another_token_are_401(client: Client, settings: Settings, given: str) -> None:
    settings.METRICS_TOKEN = TOKEN

    response = client.get("/metrics", headers={"Authorization": given}, REMOTE_ADDR="192.0.2.7")

    assert response.status_code == 401
    assert response["WWW-Authenticate"] == 'Bearer realm="metrics"'


def test_metrics_when_posted_to_are_405(client: Client) -> None:
    assert client.post("/metrics").status_code == 405


# --- Requests --------------------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_requests_are_counted_by_method_route_and_class_of_status(client: Client) -> None:
    before = figures(client)
    client.get("/api/v1/users/17/events/")
    client.generic("BREW", "/health/")
    client.get("/nobody/is/here")

    after = figures(client)

    for name in (
        "crm_http_requests_total GET /api/v1/users/{id}/events/ 4xx",
        "crm_http_request_seconds_count GET /api/v1/users/{id}/events/",
        "crm_http_requests_total OTHER /health/ 4xx",
        "crm_http_requests_total GET unmatched 4xx",
    ):
        assert after[name] - before.get(name, 0) == 1, name


@pytest.mark.django_db
def test_statements_of_requests_are_counted_and_timed(admin_of_staff: Client) -> None:
    before = figures(admin_of_staff)
    admin_of_staff.get("/api/v1/users/")

    after = figures(admin_of_staff)

    queries, seconds = (f"crm_http_database_{name}_total /api/v1/users/" for name in ("queries", "seconds"))
    assert after[queries] - before.get(queries, 0) > 0
    assert after[seconds] - before.get(seconds, 0) > 0


# --- Mail, broker, database ------------------------------------------------------------------------------------------
@pytest.mark.django_db
def test_mail_is_counted_by_lane_state_and_status(client: Client) -> None:
    campaign_to(people(3))
    paused = campaign_to(people(2))
    pause_campaign(campaign=paused)
    LanePause.objects.create(lane="campaign", until=clock.now() + timedelta(minutes=1), trouble="421")
    waiting = Delivery.objects.order_by("pk")[0]
    Delivery.objects.filter(pk=waiting.pk).update(next_attempt_at=clock.now() - timedelta(minutes=10))

    found = figures(client)

    assert (found["crm_database_up"], found["crm_broker_up"]) == (1, 1)
    assert (found["crm_mail_queue campaign"], found["crm_mail_queue transactional"]) == (3, 0)
    assert found["crm_mail_queue_oldest_seconds campaign"] == pytest.approx(600, abs=60)
    assert found["crm_mail_queue_oldest_seconds transactional"] == 0
    assert (found["crm_mail_lane_paused campaign"], found["crm_mail_lane_paused transactional"]) == (1, 0)
    assert found["crm_mail_campaigns sending"] == found["crm_mail_campaigns paused"] == 1
    assert (found["crm_mail_deliveries queued"], found["crm_mail_deliveries sent"]) == (5, 0)


@pytest.mark.django_db
def test_deliveries_of_a_large_table_are_estimated_but_for_those_in_doubt(
    client: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(collectors, "COUNTED_WHOLE_BYTES", 0)
    campaign_to(people(40))
    Delivery.objects.filter(pk__in=Delivery.objects.order_by("pk")[:10]).update(status="failed")
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE mailing_delivery")
    Delivery.objects.filter(pk__in=Delivery.objects.filter(status="queued").order_by("pk")[:2]).update(
        status="in_doubt"
    )

    found = figures(client)

    assert {state: found[f"crm_mail_deliveries {state}"] for state in ("queued", "failed", "in_doubt", "sent")} == {
        "queued": 30,
        "failed": 10,
        "in_doubt": 2,
        "sent": 0,
    }


@pytest.mark.django_db
def test_scrape_asks_the_same_number_of_statements_however_much_there_is(client: Client) -> None:
    def queries() -> int:
        with CaptureQueriesContext(connection) as asked:
            client.get("/metrics")
        return len(asked)

    of_none = queries()
    campaign_to(people(30))
    campaign_to(people(3))

    assert queries() == of_none


@pytest.mark.django_db
def test_metrics_without_database_and_broker_say_so(client: Client, settings: Settings) -> None:
    settings.REDIS_URL = f"redis://127.0.0.1:{CLOSED_PORT}/0"
    original = connections["default"]
    broken = original.copy()
    broken.settings_dict |= {"ENGINE": "django.db.backends.postgresql", "HOST": "127.0.0.1", "PORT": CLOSED_PORT}
    connections["default"] = broken
    try:
        found = figures(client)
    finally:
        connections["default"] = original

    assert (found["crm_database_up"], found["crm_broker_up"]) == (0, 0)
    assert found["crm_web_processes"] >= 1
    assert not any(name.startswith("crm_mail") for name in found)
    assert Campaign.objects.count() == 0


@pytest.mark.django_db
def test_every_metric_is_explained(client: Client) -> None:
    explained = (settings_of_this_run.BASE_DIR / "docs" / "operations.md").read_text(encoding="utf-8")
    families = text_string_to_metric_families(client.get("/metrics").content.decode())

    assert [family.name for family in families if f"`{family.name}" not in explained] == []
