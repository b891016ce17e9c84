"""What ``EMAIL_URL`` may say: a mail server, a provider that Anymail speaks to, or nothing."""

from typing import Any
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured

KEPT_AS_FILES = {"EMAIL_BACKEND": "mailing.backends.MailDirBackend"}
# How the connection is made safe, and the usual port.
SMTP = {
    "smtp": ({}, 25),
    "smtp+tls": ({"EMAIL_USE_TLS": True}, 587),
    "smtp+ssl": ({"EMAIL_USE_SSL": True}, 465),
    "smtps": ({"EMAIL_USE_SSL": True}, 465),
}
# Where each provider's backend looks for the key.
PROVIDERS = {
    "brevo": "BREVO_API_KEY",
    "mailersend": "MAILERSEND_API_TOKEN",
    "mailgun": "MAILGUN_API_KEY",
    "mailjet": "MAILJET_API_KEY",
    "mandrill": "MANDRILL_API_KEY",
    "postmark": "POSTMARK_SERVER_TOKEN",
    "resend": "RESEND_API_KEY",
    "sparkpost": "SPARKPOST_API_KEY",
}
PREFIX = "anymail+"
TIMEOUT = 20


def email_settings(url: str) -> dict[str, Any]:
    """Return Django's settings for ``url``. Raises ``ImproperlyConfigured`` that says what can be written.

    ``smtp://user:password@host:port`` (``smtp+tls`` for STARTTLS, ``smtp+ssl`` or ``smtps`` for TLS), or
    ``anymail+provider://KEY``; other settings of the provider follow as ``?sender_domain=…`` or ``?secret_key=…``.
    Characters that mean something in an address are written as %XX.
    """
    if not url:
        return KEPT_AS_FILES
    try:
        parts = urlsplit(url)
    except ValueError as error:  # half an IPv6 address
        raise ImproperlyConfigured(f"EMAIL_URL cannot be read: {error}.") from None
    if parts.scheme in SMTP:
        return _smtp(parts)
    provider = parts.scheme.removeprefix(PREFIX)
    if parts.scheme.startswith(PREFIX) and provider in PROVIDERS:
        return _anymail(provider, url.partition("://")[2].partition("?")[0], dict(parse_qsl(parts.query)))
    possible = ", ".join([*SMTP, *(PREFIX + name for name in PROVIDERS)])
    raise ImproperlyConfigured(f"EMAIL_URL begins with “{parts.scheme}”. Possible: {possible}.")


def _smtp(parts: SplitResult) -> dict[str, Any]:
    safety, usual_port = SMTP[parts.scheme]
    if not parts.hostname:
        raise ImproperlyConfigured("EMAIL_URL names no mail server: smtp://user:password@host:port")
    try:
        port = parts.port or usual_port
    except ValueError as error:
        raise ImproperlyConfigured(f"EMAIL_URL names no port that there can be: {error}.") from None
    return {
        "EMAIL_BACKEND": "django.core.mail.backends.smtp.EmailBackend",
        "EMAIL_HOST": parts.hostname,
        "EMAIL_PORT": port,
        "EMAIL_HOST_USER": unquote(parts.username or ""),
        "EMAIL_HOST_PASSWORD": unquote(parts.password or ""),
        **safety,
    }


def _anymail(provider: str, key: str, others: dict[str, str]) -> dict[str, Any]:
    """Take the key as it is written: a host's name would be put into small letters."""
    if not key:
        raise ImproperlyConfigured(f"EMAIL_URL has no key: {PREFIX}{provider}://KEY")
    named = {f"{provider}_{name}".upper(): value for name, value in others.items()}
    return {
        "EMAIL_BACKEND": f"anymail.backends.{provider}.EmailBackend",
        "ANYMAIL": {PROVIDERS[provider]: unquote(key.rstrip("/")), "REQUESTS_TIMEOUT": TIMEOUT, **named},
    }
