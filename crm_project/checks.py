"""What `manage.py check --deploy` adds to Django's own questions."""

from collections.abc import Iterable
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Tags, Warning, register  # noqa: A004  # Django's name

ENDLESS = Warning(
    "Every request is sent to https://, and no proxy is believed that one came by it: browsers go round in circles.",
    hint="Name the proxies that speak TLS in TRUSTED_PROXIES, or set SECURE_SSL_REDIRECT=off.",
    id="crm_project.W001",
)


@register(Tags.security, deploy=True)
def proxies_are_named(**_: Any) -> Iterable[CheckMessage]:
    """Warn of the redirect that nobody gets out of: gunicorn itself speaks no TLS."""
    return [ENDLESS] if settings.SECURE_SSL_REDIRECT and not settings.TRUSTED_PROXIES else []
