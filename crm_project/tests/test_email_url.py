"""What EMAIL_URL may say."""

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.mail import get_connection
from pytest_django import Settings

from crm_project.email_url import PROVIDERS, email_settings

SMTP = "django.core.mail.backends.smtp.EmailBackend"


def test_no_url_keeps_mail_as_files() -> None:
    assert email_settings("") == {"EMAIL_BACKEND": "mailing.backends.MailDirBackend"}


@pytest.mark.parametrize(
    ("url", "host", "port", "safety"),
    [
        ("smtp://mail.example.com", "mail.example.com", 25, {}),
        ("smtp://mail:1025", "mail", 1025, {}),
        ("smtp+tls://mail.example.com", "mail.example.com", 587, {"EMAIL_USE_TLS": True}),
        ("smtp+ssl://mail.example.com", "mail.example.com", 465, {"EMAIL_USE_SSL": True}),
        ("smtps://mail.example.com:4650", "mail.example.com", 4650, {"EMAIL_USE_SSL": True}),
    ],
)
def test_mail_server_is_named_with_its_safety(url: str, host: str, port: int, safety: dict[str, bool]) -> None:
    assert email_settings(url) == {
        "EMAIL_BACKEND": SMTP,
        "EMAIL_HOST": host,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": "",
        "EMAIL_HOST_PASSWORD": "",
        **safety,
    }


def test_account_may_hold_any_character() -> None:
    found = email_settings("smtp://ada%40example.com:p%3Ass%2Fw%40rd@mail.example.com")

    assert (found["EMAIL_HOST_USER"], found["EMAIL_HOST_PASSWORD"]) == ("ada@example.com", "p:ss/w@rd")


def test_provider_is_named_with_its_key_as_it_is_written() -> None:
    assert email_settings("anymail+mailgun://Key-ABC%2F1?sender_domain=mail.example.com") == {
        "EMAIL_BACKEND": "anymail.backends.mailgun.EmailBackend",
        "ANYMAIL": {
            "MAILGUN_API_KEY": "Key-ABC/1",
            "MAILGUN_SENDER_DOMAIN": "mail.example.com",
            "REQUESTS_TIMEOUT": 20,
        },
    }


@pytest.mark.parametrize("provider", PROVIDERS)
def test_every_provider_finds_its_settings(provider: str, settings: Settings) -> None:
    for name, value in email_settings(f"anymail+{provider}://key?secret_key=secret").items():
        setattr(settings, name, value)

    assert get_connection().esp_name.lower() == provider


@pytest.mark.parametrize(
    ("url", "complaint"),
    [
        ("http://mail.example.com", "begins with “http”. Possible: smtp, smtp"),
        ("anymail+pigeon://key", "begins with “anymail"),
        ("mail.example.com", "begins with “”"),
        ("smtp://", "names no mail server"),
        ("smtp://mail.example.com:abc", "EMAIL_URL names no port that there can be: Port could not be cast"),
        ("smtp://mail.example.com:70000", "EMAIL_URL names no port that there can be: Port out of range"),
        ("smtp://[::1", "EMAIL_URL cannot be read: Invalid IPv6 URL"),
        ("anymail+resend://", "has no key: anymail.resend://KEY"),
    ],
)
def test_url_that_says_nothing_of_use_is_refused(url: str, complaint: str) -> None:
    with pytest.raises(ImproperlyConfigured, match=complaint):
        email_settings(url)
