"""The container's health check against a web server that answers, refuses or is not there."""

import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from deploy import probe


class Site(BaseHTTPRequestHandler):
    """Answers 200 to a request for its own host name, as the site does, else 400."""

    def do_GET(self) -> None:
        self.send_response(200 if self.headers["Host"] == "crm.example.com" else 400)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002 — the base class names it so
        """Keep the tests' output quiet."""


@pytest.fixture
def port() -> Iterator[int]:
    server = HTTPServer(("127.0.0.1", 0), Site)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield server.server_port
    server.shutdown()
    thread.join()
    server.server_close()


@pytest.mark.parametrize("hosts", ["crm.example.com", ".crm.example.com", " crm.example.com , other.example.com"])
def test_status_with_an_allowed_host_is_200(monkeypatch: pytest.MonkeyPatch, port: int, hosts: str) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)

    assert probe.status("/health/", port=port) == 200


@pytest.mark.parametrize("hosts", ["", "*"])
def test_allowed_host_when_any_will_do_is_localhost(monkeypatch: pytest.MonkeyPatch, hosts: str) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", hosts)

    assert probe.allowed_host() == "localhost"


def test_status_with_another_host_is_what_the_site_answers(monkeypatch: pytest.MonkeyPatch, port: int) -> None:
    monkeypatch.setenv("ALLOWED_HOSTS", "other.example.com")

    assert probe.status("/health/", port=port) == 400


def test_probe_without_a_server_exits_1() -> None:
    result = subprocess.run([sys.executable, probe.__file__, "/health/"], capture_output=True, text=True, check=False)

    assert result.returncode == 1
    assert "no answer" in result.stderr
