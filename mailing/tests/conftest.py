"""Fixtures of the mail's tests: a mail server, and settings that lead to it."""

from collections.abc import Iterator

import pytest
from pytest_django import Settings

from crm_project.email_url import email_settings
from mailing.tests.smtp_server import SmtpServer, smtp_server


@pytest.fixture
def server(settings: Settings) -> Iterator[SmtpServer]:
    """Return a mail server to which this process sends."""
    with smtp_server() as running:
        for name, value in email_settings(f"smtp://127.0.0.1:{running.port}").items():
            setattr(settings, name, value)
        settings.EMAIL_TIMEOUT = 5
        yield running
