"""The message itself: headers and parts, by Django's own builder."""

import hashlib
import hmac
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from mailing.models import Lane
from mailing.rendering import Rendered


def message_id(campaign_id: UUID, delivery_id: int) -> str:
    """Return the Message-ID of a delivery: the same over all attempts, and nobody outside can guess one.

    The campaign keeps apart the deliveries of databases that count from 1 again: receivers drop what they had before.
    """
    key = b"mailing.message_id" + settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"{campaign_id}/{delivery_id}".encode(), hashlib.sha256).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{digest[:40]}@{domain}>"


def build(rendered: Rendered, *, address: str, message_id: str, lane: str) -> EmailMultiAlternatives:
    """Return the message to ``address``: text, with the HTML as its alternative where there is one."""
    message = EmailMultiAlternatives(
        subject=rendered.subject, body=rendered.text, to=[address], headers={"Message-ID": message_id, **_kind(lane)}
    )
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    return message


def _kind(lane: str) -> dict[str, str]:
    """Tell what sort of mail it is: absence notes answer neither sort (RFC 3834)."""
    if lane == Lane.TRANSACTIONAL:
        return {"Auto-Submitted": "auto-generated"}
    return {"List-Id": f"<campaigns.{urlsplit(settings.PUBLIC_URL).hostname}>"}
