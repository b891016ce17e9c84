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
from crm_project.variables import database, rates


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
        ("MAX_BODY_BYTES", "2.5 MiB", "MAX_BODY_BYTES is '2.5 MiB'. Write a whole number, such as 2621440."),
        ("MAX_UPLOAD_BYTES", "-1", "MAX_UPLOAD_BYTES is '-1'."),
        ("REMINDER_HOURS", "a day", "REMINDER_HOURS is 'a day'."),
        ("SECURE_HSTS_SECONDS", "1y", "SECURE_HSTS_SECONDS is '1y'."),
        ("THROTTLE_RATES", "user", "THROTTLE_RATES holds 'user'. Write it as user=1200/min,mail=60/hour"),
        ("THROTTLE_RATES", "user=1/min,mail=many", "THROTTLE_RATES holds 'mail=many'."),
        ("THROTTLE_RATES", "usr=1/min", "possible names: user, anonymous, "),
        ("SENTRY_DSN", "x", "SENTRY_DSN names no project. Write it as https://key@host/number."),
        ("DATABASE_URL", "nonsense", "DATABASE_URL names no database. Write it as postgres://"),
        ("DATABASE_URL", "postgres://crm:secret@db:port/crm", "DATABASE_URL names no database."),
        ("DATABASE_URL", "mysql://crm:secret@db/crm", "DATABASE_URL names no database."),
        ("DATABASE_URL", "postgres://crm:secret@db", "DATABASE_URL names no database."),
    ],
)
def test_variable_that_makes_no_sense_is_refused_by_name(name: str, value: str, said: str) -> None:
    production = {"DEBUG": "off", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "crm.example.com"}

    done = subprocess.run(
        [sys.executable, "manage.py", "check"],
        env=os.environ | production | {name: value},
        cwd=of_this_run.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )

    assert done.returncode == 2
    assert done.stderr.startswith(name)
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert "secret" not in done.stderr


def test_rates_that_are_named_are_changed() -> None:
    defaults = {"user": "1200/min", "mail": "60/hour", "signup": "20/hour"}

    assert rates("THROTTLE_RATES", " user = 5/s, mail=", defaults=defaults) == {
        "user": "5/s",
        "mail": "",
        "signup": "20/hour",
    }


@pytest.mark.parametrize(
    ("url", "host"),
    [("postgres://crm:pass%2Fword@db:5432/crm", "db"), ("postgresql:///crm?host=/run/postgresql", "")],
)
def test_url_that_names_a_database_is_taken(url: str, host: str) -> None:
    found = database("DATABASE_URL", url)

    assert (found["NAME"], found["HOST"]) == ("crm", host)


@pytest.mark.parametrize(
    ("variables", "said"),
    [
        ({}, "31536000 True False"),
        ({"SECURE_HSTS_SECONDS": "60", "SECURE_HSTS_INCLUDE_SUBDOMAINS": "off"}, "60 False False"),
        ({"SECURE_HSTS_PRELOAD": "on"}, "31536000 True True"),
    ],
)
def test_installation_says_how_far_https_binds(variables: dict[str, str], said: str) -> None:
    show = (
        "from crm_project import settings as s\n"
        "print(s.SECURE_HSTS_SECONDS, s.SECURE_HSTS_INCLUDE_SUBDOMAINS, s.SECURE_HSTS_PRELOAD)"
    )
    production = {"DEBUG": "off", "SECRET_KEY": "x" * 50, "ALLOWED_HOSTS": "crm.example.com"}

    done = subprocess.run(
        [sys.executable, "-c", show],
        env=os.environ | production | variables,
        cwd=of_this_run.BASE_DIR,
        capture_output=True,
        text=True,
        check=True,
    )

    assert done.stdout.strip() == said
