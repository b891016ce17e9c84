"""The security log: a row for administrators, and a line for whoever watches the installation's logs."""

from datetime import timedelta
from typing import Any

import structlog
from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.crypto import salted_hmac

from api.addresses import client_address
from users.accounts.models import SecurityEvent, SecurityEventKind
from users.accounts.requests import current_request
from users.models import User

KEPT = timedelta(days=180)
logger = structlog.stdlib.get_logger("security")


def record(
    kind: SecurityEventKind, *, subject: User | None, actor: User | None = None, email: str = "", **details: Any
) -> None:
    """Note that something happened to ``subject``, done by ``actor`` (None: whoever is signed in).

    ``email`` is what somebody gave who is nobody here: only a keyed hash of it is kept.
    """
    request = current_request()
    actor = actor or _caller(request)
    event = SecurityEvent.objects.create(
        kind=kind,
        actor=actor,
        subject=subject,
        unknown_email=hashed(email) if email and subject is None else "",
        address=(client_address(request) or None) if request else None,
        user_agent=_user_agent(request),
        request_id=str(structlog.contextvars.get_contextvars().get("request_id", ""))[:64],
        details=details,
    )
    logger.info("security", kind=kind.value, actor=_id(actor), subject=_id(subject), peer=event.address)


def hashed(email: str) -> str:
    """Return what tells attempts on one e-mail from those on others without saying which it is."""
    return salted_hmac("users.accounts.security_log", email.strip().lower(), algorithm="sha256").hexdigest()


def purge() -> int:
    """Delete what is older than 180 days, and return how many entries that were."""
    return SecurityEvent.objects.filter(at__lt=clock.now() - KEPT).delete()[0]


def _caller(request: HttpRequest | None) -> User | None:
    user: User | AnonymousUser | None = getattr(request, "user", None)
    return user if isinstance(user, User) and user.is_authenticated else None


def _id(user: User | None) -> str | None:
    return str(user.pk) if user else None


def _user_agent(request: HttpRequest | None) -> str:
    """Return the beginning of what the caller's program calls itself."""
    return request.META.get("HTTP_USER_AGENT", "").replace("\0", "")[:200] if request else ""
