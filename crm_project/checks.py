"""What `manage.py check --deploy` adds to Django's own questions."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlsplit

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  # Django's name
from django.http.request import validate_host

from crm_project import embedded
from mailing import mailbox

ENDLESS = Warning(
    "Every request is sent to https://, and no proxy is believed that one came by it: browsers go round in circles.",
    hint="Name the proxies that speak TLS in TRUSTED_PROXIES, or set SECURE_SSL_REDIRECT=off.",
    id="crm_project.W001",
)
EMBEDDED = Warning(
    "Embedded servers are in use, which are for trying out: nobody looks after them, and one host alone has them.",
    hint="Name a PostgreSQL in DATABASE_URL and a Redis or Valkey in REDIS_URL.",
    id="crm_project.W002",
)
UNSENT = Warning(
    "Mail is written to files and not sent: nobody can sign up or set a new password.",
    hint="Name a mail server or a provider in EMAIL_URL.",
    id="crm_project.W003",
)
ELSEWHERE = Warning(
    "PUBLIC_URL names a host that ALLOWED_HOSTS lacks: links in mails lead nowhere, and forms are refused.",
    hint="Set PUBLIC_URL to the address that people's browsers use.",
    id="crm_project.W004",
)


@register(Tags.security, deploy=True)
def proxies_are_named(**_: Any) -> Iterable[CheckMessage]:
    """Warn of the redirect that nobody gets out of: gunicorn itself speaks no TLS."""
    return [ENDLESS] if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES else []


@register(deploy=True)
def servers_are_named(**_: Any) -> Iterable[CheckMessage]:
    """Warn of what stands in, unasked, for a server that the environment does not name."""
    return [*([EMBEDDED] if embedded.in_use() else []), *([UNSENT] if mailbox.is_in_use() else [])]


@register(deploy=True)
def links_lead_here(**_: Any) -> Iterable[CheckMessage]:
    """Warn of a PUBLIC_URL that was forgotten."""
    host = urlsplit(settings.PUBLIC_URL).hostname or ""
    return [] if validate_host(host, settings.ALLOWED_HOSTS) else [ELSEWHERE]
