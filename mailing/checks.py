"""What ``manage.py check``, and so every start, finds wrong with the settings of mail."""

from collections.abc import Iterable
from email.errors import MessageError
from email.utils import parseaddr
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, register
from django.core.mail.message import sanitize_address

SENDER = Error(
    "DEFAULT_FROM_EMAIL is no address that mail can come from.",
    hint="Write it as events@example.com or as Event CRM <events@example.com>.",
    id="mailing.E001",
)
HOST = Error(
    "The mail server's name is none: a part of it is empty or too long.", hint="Mend EMAIL_URL.", id="mailing.E002"
)
ACCOUNT = Error(
    "The mail server's user and password may hold letters of ASCII only: Python's SMTP can send no others.",
    hint="Choose another password, and mend EMAIL_URL.",
    id="mailing.E003",
)


@register
def mail_can_be_sent(**_: Any) -> Iterable[CheckMessage]:
    """Find what would make every single mail wait."""
    if not _is_address(settings.DEFAULT_FROM_EMAIL):
        yield SENDER
    if settings.EMAIL_BACKEND.endswith("smtp.EmailBackend"):
        if not _is_host(settings.EMAIL_HOST):
            yield HOST
        if not (settings.EMAIL_HOST_USER + settings.EMAIL_HOST_PASSWORD).isascii():
            yield ACCOUNT


def _is_address(text: str) -> bool:
    try:
        name, _at, domain = parseaddr(sanitize_address(text, "utf-8"))[1].rpartition("@")
    except (ValueError, IndexError, MessageError):
        return False
    return bool(name and domain)


def _is_host(name: str) -> bool:
    try:
        return bool(name.encode("idna"))
    except UnicodeError:
        return False
