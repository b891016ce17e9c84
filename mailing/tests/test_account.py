"""TLS and sign-in at the mail server, and what happens when either goes wrong."""

from pathlib import Path

import pytest
from pytest_django import Settings

from crm_project.email_url import email_settings
from mailing.models import LanePause
from mailing.pump import pump
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer, authority, smtp_server

pytestmark = pytest.mark.django_db
OFFERS = "250-here\r\n250-STARTTLS\r\n250-AUTH PLAIN\r\n250 8BITMIME"


def use(settings: Settings, url: str) -> None:
    """Let this process send by ``url``."""
    for name, value in email_settings(url).items():
        setattr(settings, name, value)


@pytest.fixture
def trust(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Let this process trust the test's certificates, as it trusts the system's."""
    authority().cert_pem.write_to_path(tmp_path / "authority.pem")
    monkeypatch.setenv("SSL_CERT_FILE", str(tmp_path / "authority.pem"))


@pytest.mark.usefixtures("trust")
def test_mail_goes_by_starttls_and_signs_in(server: SmtpServer, settings: Settings) -> None:
    use(settings, f"smtp+tls://ada:secret@localhost:{server.port}")
    server.script("EHLO", OFFERS, OFFERS)
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"sent": 2}
    assert server.commands[:4] == ["EHLO", "STARTTLS", "EHLO", "AUTH"]


@pytest.mark.usefixtures("trust")
def test_mail_goes_by_tls_from_the_first_byte(settings: Settings) -> None:
    with smtp_server(tls=True) as server:
        use(settings, f"smtps://localhost:{server.port}")
        campaign = campaign_to(people(2))

        pump(QUICK)

    assert counts(campaign) == {"sent": 2}


@pytest.mark.parametrize("scheme", ["smtps", "smtp+tls"])
def test_certificate_that_nobody_vouches_for_pauses_the_lane(settings: Settings, scheme: str) -> None:
    with smtp_server(tls=scheme == "smtps") as server:
        use(settings, f"{scheme}://localhost:{server.port}")
        server.script("EHLO", OFFERS)
        campaign = campaign_to(people(1))

        pump(QUICK)

    assert (counts(campaign), server.accepted) == ({"queued": 1}, [])
    assert "certificate verify failed" in LanePause.objects.get().trouble


def test_server_without_starttls_gets_no_mail_in_the_clear(server: SmtpServer, settings: Settings) -> None:
    use(settings, f"smtp+tls://localhost:{server.port}")
    campaign = campaign_to(people(1))

    pump(QUICK)

    assert (counts(campaign), server.accepted) == ({"queued": 1}, [])


def test_wrong_password_pauses_the_lane(server: SmtpServer, settings: Settings) -> None:
    use(settings, f"smtp://ada:wrong@localhost:{server.port}")
    server.script("EHLO", OFFERS)
    server.script("AUTH", "535 5.7.8 wrong password")
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == {"queued": 2}
    assert LanePause.objects.get().trouble == "535 5.7.8 wrong password"
