"""The message itself: headers and parts, by Django's own builder.

An invitation is an alternative to the text, with its method in the part's type, by which mail programs show it as one
(RFC 6047), and a file for those that do not.
"""

import hashlib
import hmac
from dataclasses import dataclass
from email.encoders import encode_base64
from email.header import Header
from email.message import Message as BareMessage
from email.mime.base import MIMEBase
from email.mime.image import MIMEImage
from email.utils import parseaddr
from urllib.parse import urlsplit
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMultiAlternatives
from django.core.mail.message import SafeMIMEMultipart, SafeMIMEText

from mailing.footers import with_footer
from mailing.models import Lane
from mailing.rendering import File, Invitation, Rendered

CALENDAR = "text/calendar"
TICKET = "ticket"  # by which the HTML names its picture
NO_CATEGORY = "campaigns"
SENDER = "event-crm"  # in Feedback-ID: 5 to 15 characters, the same for all mail
UNFOLDED = {"List-Unsubscribe", "List-Unsubscribe-Post", "List-Id", "Feedback-ID"}


def message_id(campaign_id: UUID, delivery_id: int) -> str:
    """Return the Message-ID of a delivery: the same over all attempts, and nobody outside can guess one.

    The campaign keeps apart the deliveries of databases that count from 1 again: receivers drop what they had before.
    """
    key = b"mailing.message_id" + settings.SECRET_KEY.encode()
    digest = hmac.new(key, f"{campaign_id}/{delivery_id}".encode(), hashlib.sha256).hexdigest()
    domain = parseaddr(settings.DEFAULT_FROM_EMAIL)[1].rpartition("@")[2]
    return f"<{digest[:40]}@{domain}>"


@dataclass(frozen=True, slots=True)
class Listing:
    """What receivers are told of mail to many: where to leave it, which list it is, and which campaign."""

    unsubscribe_url: str
    category: str  # its key; empty: none
    campaign_id: UUID


class Message(EmailMultiAlternatives):
    """A message whose headers of the list stay on one line each.

    Python breaks long headers into several lines, or into encoded words; programs that look for an address to post to
    find neither. The list's headers are plain ASCII of our own making, far below a line's limit of 998 characters.
    """

    def message(self) -> SafeMIMEText | SafeMIMEMultipart:
        built: SafeMIMEText | SafeMIMEMultipart = super().message()
        for name in filter(UNFOLDED.__contains__, self.extra_headers):
            del built[name]
            BareMessage.__setitem__(built, name, OneLine(self.extra_headers[name]))  # type: ignore[misc]  # of the stubs
        return built


class OneLine(Header):
    """A header's value that is written as it is."""

    def __init__(self, value: str) -> None:
        super().__init__()
        self._value = value

    def encode(self, *_args: object, **_options: object) -> str:
        return self._value

    def __str__(self) -> str:
        return self._value


def build(
    rendered: Rendered, *, address: str, message_id: str, lane: str, listed: Listing | None = None
) -> EmailMultiAlternatives:
    """Return the message to ``address``: text, with the HTML as its alternative where there is one.

    Mail that is ``listed`` says how to leave the list, in its headers and in its words.
    """
    headers = {"Message-ID": message_id, **_kind(lane), **(_list_headers(listed) if listed else {})}
    if listed:
        rendered = with_footer(rendered, listed.unsubscribe_url)
    message = Message(subject=rendered.subject, body=rendered.text, to=[address], headers=headers)
    if rendered.html:
        message.attach_alternative(rendered.html, "text/html")
    if rendered.picture:
        message.attach(_inline(rendered.picture))
    if rendered.invitation:
        _attach(message, rendered.invitation)
    for file in rendered.files:
        message.attach(_attached(file))
    return message


def _inline(png: bytes) -> MIMEImage:
    picture = MIMEImage(png, "png")
    picture.add_header("Content-ID", f"<{TICKET}>")
    picture.add_header("Content-Disposition", "inline", filename=f"{TICKET}.png")
    return picture


def _attached(file: File) -> MIMEBase:
    """Return a file as a part, its bytes as they are: a text of it is not read, in whatever letters it is written."""
    part = MIMEBase(*file.content_type.split("/"))
    part.set_payload(file.content)
    encode_base64(part)
    part.add_header("Content-Disposition", "attachment", filename=file.name)
    return part


def _attach(message: EmailMultiAlternatives, invitation: Invitation) -> None:
    message.attach_alternative(invitation.calendar.decode(), f"{CALENDAR}; method={invitation.method}")
    message.attach("invite.ics", invitation.calendar, "application/ics")


def _kind(lane: str) -> dict[str, str]:
    """Tell what sort of mail it is: absence notes answer neither sort (RFC 3834)."""
    return {"Auto-Submitted": "auto-generated"} if lane == Lane.TRANSACTIONAL else {"List-Id": list_id("")}


def _list_headers(listed: Listing) -> dict[str, str]:
    """Return how programs leave the list (RFC 2369, RFC 8058), which it is (RFC 2919), and whom complaints count for.

    Each is made of ids, keys and our own address: nothing that somebody wrote gets into a header.
    """
    return {
        "List-Unsubscribe": f"<{listed.unsubscribe_url}>",
        "List-Unsubscribe-Post": "List-Unsubscribe=One-Click",
        "List-Id": list_id(listed.category),
        "Feedback-ID": f"{listed.campaign_id.hex}:{listed.category or NO_CATEGORY}:campaign:{SENDER}",
    }


def list_id(category: str) -> str:
    """Return the List-Id of a category's mails; of the empty one, that of all other mail to many."""
    return f"<{category or NO_CATEGORY}.{urlsplit(settings.PUBLIC_URL).hostname}>"
