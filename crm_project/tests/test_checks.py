"""What `check --deploy` warns of, and settings that are refused at the start."""

import os
import subprocess
import sys
from ipaddress import ip_network

import pytest
from django.conf import settings as of_this_run
from pytest_django import Settings

from crm_project.checks import (
    ELSEWHERE,
    EMBEDDED,
    ENDLESS,
    UNSENT,
    links_lead_here,
    proxies_are_named,
    servers_are_named,
)


@pytest.mark.parametrize(
    ("redirects", "proxies", "expected"), [(True, [], [ENDLESS]), (True, ["10.0.0.0/8"], []), (False, [], [])]
)
def test_redirect_without_end_is_warned_of(
    settings: Settings, *, redirects: bool, proxies: list[str], expected: list[object]
) -> None:
    settings.SECURE_SSL_REDIRECT = redirects
    settings.TRUSTED_PROXIES = [ip_network(proxy) for proxy in proxies]

    assert proxies_are_named() == expected


def test_what_stands_in_for_a_server_is_warned_of(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL, settings.EMAIL_BACKEND = "", "mailing.backends.MailDirBackend"
    assert servers_are_named() == [EMBEDDED, UNSENT]

    settings.REDIS_URL, settings.EMAIL_BACKEND = "redis://redis", "django.core.mail.backends.smtp.EmailBackend"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")
    assert servers_are_named() == []


@pytest.mark.parametrize(
    ("address", "expected"),
    [
        ("http://localhost:8000", [ELSEWHERE]),
        ("crm.example.com", [ELSEWHERE]),
        ("https://crm.example.com", []),
        ("https://CRM.example.com:8443", []),
    ],
)
def test_address_for_links_is_one_of_ours(settings: Settings, address: str, expected: list[object]) -> None:
    settings.PUBLIC_URL, settings.ALLOWED_HOSTS = address, ["crm.example.com"]

    assert links_lead_here() == expected


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("LOG_LEVEL", "loud", "LOG_LEVEL is 'LOUD'. Possible: DEBUG, INFO, WARNING, ERROR."),
        ("TRUSTED_PROXIES", "nginx", "TRUSTED_PROXIES: 'nginx' does not appear to be an IPv4 or IPv6 network."),
        ("METRICS_ALLOWED", "10.0.0.1/8", "METRICS_ALLOWED: 10.0.0.1/8 has host bits set."),
    ],
)
def test_variable_that_makes_no_sense_is_refused_by_name(name: str, value: str, said: str) -> None:
    command = [sys.executable, "-c", "import crm_project.settings"]

    done = subprocess.run(
        command, env=os.environ | {name: value}, cwd=of_this_run.BASE_DIR, capture_output=True, text=True, check=False
    )

    assert done.returncode != 0
    assert said in done.stderr
