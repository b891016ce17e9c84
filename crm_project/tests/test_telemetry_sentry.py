"""What a report to Sentry holds, read at a place that it is sent to."""

import gzip
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from typing import Any

import pytest
import structlog
from django.conf import settings

from crm_project.telemetry.sentry import without_anything_personal

EMAIL, PHONE, NAME, PASSWORD = "ada.lovelace@example.com", "+44 20 7946 0018", "Lovelace", "a very long passphrase"
# A process of its own, since the SDK stays in the one that started it.
PROGRAM = f"""
import django, logging, sentry_sdk
django.setup()
from django.test import Client
from django.urls import path
from crm_project import urls

def broken(request, word):
    telephone, secret = "{PHONE}", "{PASSWORD}"
    raise RuntimeError(f"Cannot work with {{word}}, {{telephone}}")

urls.urlpatterns.append(path("broken/<str:word>/", broken))
client = Client(raise_request_exception=False)
client.cookies["sessionid"] = "{PASSWORD}"
client.post("/broken/{EMAIL}/?q={NAME}", {{"password": "{PASSWORD}"}},
    headers={{"X-Request-ID": "from-a-request-1", "Authorization": "Bearer {PASSWORD}"}})
logging.getLogger("some.app").error("Could not write to %s", "{EMAIL}", extra={{"name_given": "{NAME}"}})
sentry_sdk.flush()
"""


class Ingest(BaseHTTPRequestHandler):
    """Takes what is sent."""

    received: list[str]

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["Content-Length"]))
        self.received.append(
            gzip.decompress(body).decode() if self.headers["Content-Encoding"] == "gzip" else str(body)
        )
        self.send_response(200)
        self.end_headers()
        self.wfile.write(b"{}")

    def log_message(self, *args: object) -> None:
        """Keep the tests' output quiet."""


@pytest.fixture
def ingest() -> Iterator[HTTPServer]:
    Ingest.received = []
    server = HTTPServer(("127.0.0.1", 0), Ingest)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server
    server.shutdown()
    thread.join()
    server.server_close()


def events(received: list[str]) -> list[dict[str, Any]]:
    """Return the events of the envelopes: a header, then an item's header and the item, each a line."""
    rows = [[json.loads(line) for line in envelope.splitlines()] for envelope in received]
    return [
        item
        for _header, *items in rows
        for kind, item in zip(items[::2], items[1::2], strict=True)
        if kind["type"] == "event"
    ]


def test_report_says_where_it_failed_and_nothing_personal(
    ingest: HTTPServer, subprocess_environment: dict[str, str]
) -> None:
    environment = subprocess_environment | {
        "SENTRY_DSN": f"http://public@127.0.0.1:{ingest.server_port}/1",
        "DJANGO_SETTINGS_MODULE": "crm_project.settings",
        "ALLOWED_HOSTS": "testserver",
        "DEBUG": "off",
        "SECRET_KEY": PASSWORD,
        "SECURE_SSL_REDIRECT": "off",
    }

    subprocess.run([sys.executable, "-c", PROGRAM], env=environment, cwd=settings.BASE_DIR, check=True)

    error, line = events(Ingest.received)
    (raised,) = error["exception"]["values"]
    assert (raised["type"], raised["value"]) == ("RuntimeError", "Cannot work with …, …")
    assert (error["transaction"], error["tags"]) == ("/broken/{word}/", {"request_id": "from-a-request-1"})
    assert "broken" in {frame["function"] for frame in raised["stacktrace"]["frames"]}
    assert line["logger"] == "some.app"
    sent = "".join(Ingest.received)
    for secret in (EMAIL, "ada.lovelace", PHONE, NAME, PASSWORD, "sessionid", "Cookie", '"vars"'):
        assert secret not in sent, secret


def test_report_keeps_what_helps_and_drops_the_rest() -> None:
    event: Any = {
        "event_id": "1",
        "transaction": "/broken/{word}/",
        "transaction_info": {"source": "route"},
        "user": {"id": "17", "email": EMAIL, "ip_address": "192.0.2.1"},
        "request": {"url": f"http://localhost/{EMAIL}"},
        "contexts": {"trace": {"trace_id": "2"}, "device": {"name": NAME}},
        "extra": {"given": NAME},
        "server_name": NAME,
    }

    with structlog.contextvars.bound_contextvars(request_id="from-a-request-1"):
        report = without_anything_personal(event, {})

    assert report == {
        "event_id": "1",
        "transaction": "/broken/{word}/",
        "user": {"id": "17"},
        "contexts": {"runtime": {}, "trace": {"trace_id": "2"}},
        "tags": {"request_id": "from-a-request-1"},
    }


def test_report_without_a_route_names_no_path() -> None:
    event: Any = {"transaction": f"/broken/{EMAIL}/", "transaction_info": {"source": "url"}}

    assert without_anything_personal(event, {}) == {"contexts": {"runtime": {}, "trace": {}}, "tags": {}}
