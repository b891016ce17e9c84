"""Sending through other backends: a provider's answers, given by a web server of our own."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import pytest
from django.core import mail
from pytest_django import Settings

from crm_project.email_url import email_settings
from events.tests.factories import EventFactory
from mailing.models import Delivery, LanePause, Suppression
from mailing.pump import pump
from mailing.tests.factories import QUICK, campaign_to, counts, people
from relations.tests.factories import attend

pytestmark = pytest.mark.django_db
CLOSED_PORT = 1


class Provider(ThreadingHTTPServer):
    """Answers as Postmark does."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.error = 200, 0
        self.received: list[dict[str, Any]] = []


class _Answer(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self) -> None:
        provider: Any = self.server
        provider.received.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        answer = {"ErrorCode": provider.error, "Message": "OK", "MessageID": "1", "To": provider.received[-1]["To"]}
        if provider.error:
            answer["Message"] = f"Invalid 'To' address: '{provider.received[-1]['To']}'."
        body = json.dumps(answer).encode()
        if provider.status:
            self.send_response(provider.status)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)
        self.close_connection = not provider.status

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  # the library's name
        """Say nothing."""


@pytest.fixture
def provider(settings: Settings) -> Iterator[Provider]:
    """Return a provider to which this process sends."""
    with Provider() as running:
        thread = threading.Thread(target=running.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        thread.start()
        use_postmark(settings, running.server_address[1])
        yield running
        running.shutdown()
        thread.join()


def use_postmark(settings: Settings, port: object) -> None:
    """Let this process send through Anymail's Postmark at ``port``."""
    for name, value in email_settings(f"anymail+postmark://key?api_url=http://127.0.0.1:{port}/").items():
        setattr(settings, name, value)


def test_provider_gets_one_message_for_each_person(provider: Provider) -> None:
    recipients = people(3)
    campaign = campaign_to(recipients)

    pump(QUICK)

    assert counts(campaign) == {"sent": 3}
    assert [one["To"] for one in provider.received] == [one.email for one in recipients]
    headers = {header["Name"]: header["Value"] for header in provider.received[0]["Headers"]}
    assert headers["Message-ID"] == Delivery.objects.order_by("pk")[0].message_id


@pytest.mark.parametrize("status", [401, 403, 429])
def test_refusal_of_our_account_pauses_the_lane(provider: Provider, status: int) -> None:
    provider.status = status
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"queued": 2}
    assert len(provider.received) == LanePause.objects.count() == 1


@pytest.mark.parametrize("status", [500, 503, 0])
def test_failure_of_the_provider_leaves_the_mail_in_doubt(provider: Provider, status: int) -> None:
    provider.status = status
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"in_doubt": 1, "queued": 1}


def test_message_that_the_provider_refuses_fails_alone(provider: Provider) -> None:
    provider.status, provider.error = 422, 10
    campaign = campaign_to(people(1))

    pump(QUICK)

    assert counts(campaign) == {"failed": 1}
    assert not Suppression.objects.exists()


def test_address_that_the_provider_calls_invalid_is_suppressed(provider: Provider) -> None:
    provider.status, provider.error = 422, 300
    campaign = campaign_to(people(1))

    pump(QUICK)

    assert counts(campaign) == {"failed": 1}
    assert Suppression.objects.get().reason == "hard_bounce"


def test_provider_that_cannot_be_reached_pauses_the_lane(settings: Settings) -> None:
    use_postmark(settings, CLOSED_PORT)
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"queued": 2}
    assert LanePause.objects.exists()


@pytest.mark.parametrize(
    ("backend", "state", "error"),
    [
        ("Broken", "in_doubt", "ConnectionResetError: lost"),
        ("Overwhelmed", "failed", "ValueError: cannot express it"),
        ("Idle", "failed", "The e-mail backend sent nothing."),
    ],
)
def test_failure_of_any_backend_is_recorded(settings: Settings, backend: str, state: str, error: str) -> None:
    settings.EMAIL_BACKEND = f"mailing.tests.backends.{backend}"
    campaign = campaign_to(people(1))

    pump(QUICK)

    assert counts(campaign) == {state: 1}
    assert Delivery.objects.get().error == error


def test_mail_in_memory_is_sent() -> None:
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"sent": 2}
    assert len(mail.outbox) == 2


def test_files_that_cannot_be_written_pause_the_lane(settings: Settings, tmp_path: Path) -> None:
    settings.EMAIL_BACKEND = "mailing.backends.MailDirBackend"
    settings.MAIL_DIR = tmp_path / "mail"
    settings.MAIL_DIR.write_text("a file where the folder should be")
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"queued": 2}
    assert LanePause.objects.exists()


def test_invitation_goes_to_a_provider_as_a_file_and_the_code_in_the_text(provider: Provider) -> None:
    attend(people(1)[0], EventFactory.create())

    pump(QUICK)

    (received,) = provider.received
    assert Delivery.objects.get().status == "sent"
    assert 'src="cid:ticket"' in received["HtmlBody"]
    assert [(one["Name"], one.get("ContentID")) for one in received["Attachments"]] == [
        ("ticket.png", "cid:ticket"),
        ("invite.ics", None),
    ]
