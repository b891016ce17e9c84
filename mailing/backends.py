"""The e-mail backend of an installation without ``EMAIL_URL``: each mail becomes a file, to be read in the admin."""

import os
import re
import uuid
from collections.abc import Sequence
from pathlib import Path

from django.conf import settings
from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend

from mailing.transports.outcomes import UnreachableError

NOT_IN_NAMES = re.compile(r"[^A-Za-z0-9_-]+")


class MailDirBackend(BaseEmailBackend):
    """Writes each message to ``MAIL_DIR``, whole or not at all; the same Message-ID is the same file."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        folder = Path(settings.MAIL_DIR)
        try:
            folder.mkdir(parents=True, exist_ok=True)
            for message in email_messages:
                _write(folder, message)
        except OSError as error:
            raise UnreachableError(str(error)) from error
        return len(email_messages)


def _write(folder: Path, message: EmailMessage) -> None:
    built = message.message()
    name = NOT_IN_NAMES.sub("-", str(built["Message-ID"]).strip("<>"))[:100]
    unfinished = folder / f".{name}.{os.getpid()}.{uuid.uuid4().hex}"
    unfinished.write_bytes(built.as_bytes(linesep="\r\n"))
    unfinished.replace(folder / f"{name}.eml")
