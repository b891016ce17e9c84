"""Reading the mail that was written to ``MAIL_DIR`` instead of being sent."""

import base64
import heapq
import re
from dataclasses import dataclass
from datetime import UTC, datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesHeaderParser, BytesParser
from pathlib import Path

from django.conf import settings
from django.utils.translation import gettext as _

NAME = re.compile(r"[A-Za-z0-9_-]{1,100}\.eml")
FIRST = ("from", "to", "subject", "date")


class UnknownMailError(LookupError):
    """There is no mail of this name."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """One line of the list of mails."""

    name: str
    written_at: datetime
    sender: str
    to: str
    subject: str


@dataclass(frozen=True, slots=True)
class Mail:
    """A mail as it would have been sent: its headers, readers' own first, and both forms of its body (or empty)."""

    envelope: Envelope
    headers: list[tuple[str, str]]
    text: str
    html: str


def is_in_use() -> bool:
    """Tell whether mail is written to files at all."""
    return settings.EMAIL_BACKEND == "mailing.backends.MailDirBackend"


def list_messages(limit: int = 200) -> list[Envelope]:
    """Return the newest ``limit`` mails, newest first. Reads the headers of these alone."""
    found = [(path.stat().st_mtime_ns, path.name, path) for path in _folder().glob("*.eml")]
    newest = heapq.nlargest(limit, found)
    return [
        _envelope(path, BytesHeaderParser(policy=policy.default).parsebytes(path.read_bytes())) for *_, path in newest
    ]


def read_message(name: str) -> Mail:
    """Return one mail. Raises ``UnknownMailError``, also for any name that could lead elsewhere."""
    path = _folder() / name
    if not NAME.fullmatch(name) or not path.is_file():
        raise UnknownMailError(_("There is no mail of this name."))
    message = BytesParser(policy=policy.default).parsebytes(path.read_bytes())
    return Mail(
        envelope=_envelope(path, message),
        headers=sorted(((key, str(value)) for key, value in message.items()), key=_place),
        text=_body(message, "plain"),
        html=_with_pictures(_body(message, "html"), message),
    )


def _folder() -> Path:
    return Path(settings.MAIL_DIR)


def _envelope(path: Path, message: EmailMessage) -> Envelope:
    return Envelope(
        name=path.name,
        written_at=datetime.fromtimestamp(path.stat().st_mtime, UTC),
        sender=str(message["From"] or ""),
        to=str(message["To"] or ""),
        subject=str(message["Subject"] or ""),
    )


def _place(header: tuple[str, str]) -> int:
    """Return the place of a header: those for readers first, the others after them in their order."""
    name = header[0].lower()
    return FIRST.index(name) if name in FIRST else len(FIRST)


def _body(message: EmailMessage, kind: str) -> str:
    part = message.get_body((kind,))
    return str(part.get_content()).replace("\r\n", "\n") if part else ""


def _with_pictures(html: str, message: EmailMessage) -> str:
    """Return markup that shows the pictures of the mail itself (``cid:``, RFC 2392) without asking anybody for them."""
    for part in message.walk():
        name = str(part["Content-ID"] or "").strip("<> ")
        if name and part.get_content_maintype() == "image":
            picture = base64.b64encode(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]  # no multipart
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return html
