"""The message itself: headers and parts, by Django's own builder.

An invitation is an alternative to the text, with its method in the part's type, by which mail programs show it as one
(RFC 6047), and a file for those that do not.
"""

import hashlib
import hmac
from email.mime.image import MIMEImage
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives

from mailing.models import Lane
from mailing.rendering import Invitation, Rendered

CALENDAR = "text/calendar"
TICKET = "ticket"  # by which the HTML names its picture


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
    if rendered.picture:
        message.attach(_inline(rendered.picture))
    if rendered.invitation:
        _attach(message, rendered.invitation)
    return message


def _inline(png: bytes) -> MIMEImage:
    picture = MIMEImage(png, "png")
    picture.add_header("Content-ID", f"<{TICKET}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{TICKET}.png")
    return picture


def _attach(message: EmailMultiAlternatives, invitation: Invitation) -> None:
    message.attach_alternative(invitation.calendar.decode(), f"{CALENDAR}; method={invitation.method}")
    message.attach("invite.ics", invitation.calendar, "application/ics")


def _kind(lane: str) -> dict[str, str]:
    """Tell what sort of mail it is: absence notes answer neither sort (RFC 3834)."""
    if lane == Lane.TRANSACTIONAL:
        return {"Auto-Submitted": "auto-generated"}
    return {"List-Id": f"<campaigns.{urlsplit(settings.PUBLIC_URL).hostname}>"}
