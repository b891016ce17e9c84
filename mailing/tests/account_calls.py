"""Calls about accounts, and the links in the mails that they send."""

import re
from email.message import EmailMessage
from typing import Any

from django.test import Client

from mailing.pump import pump
from mailing.tests.factories import QUICK
from mailing.tests.smtp_server import SmtpServer

LINK = re.compile(r"http://localhost:8000(/account/\S+/)")
PASSWORD = "correct horse battery"
BODY = {"email": "Nora@Example.com", "password": PASSWORD, "name": "Nora New", "company": "Acme"}


def post(client: Client, path: str, body: dict[str, Any]) -> Any:
    """Return the answer of the API."""
    return client.post(f"/api/v1/auth/{path}/", body, "application/json")


def post_from(address: str, path: str, body: dict[str, Any]) -> None:
    """Ask for a mail from a network address."""
    answer = post(Client(REMOTE_ADDR=address), path, body)
    assert answer.status_code in (201, 202)


def link_in(server: SmtpServer) -> str:
    """Send what is due and return the path of the link in the newest mail, which both of its parts have."""
    pump(QUICK)
    message = server.accepted[-1].message
    plain, html = (part_of(message, kind) for kind in ("plain", "html"))
    (found,) = LINK.findall(plain)
    assert found in html
    return str(found)


def part_of(message: EmailMessage, kind: str) -> str:
    """Return one form of a mail's body."""
    part = message.get_body((kind,))
    return str(part.get_content()) if part else ""


def token_of(path: str) -> str:
    """Return the last part of a path."""
    return path.rstrip("/").rpartition("/")[2]
