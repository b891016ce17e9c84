"""SMTP on a connection held open, in steps of our own: what counts is at which of them something goes wrong."""

import re
import smtplib
from contextlib import suppress
from dataclasses import dataclass
from email.errors import MessageError
from time import monotonic

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.core.mail.utils import DNS_NAME
from django.utils.translation import gettext as _

from mailing.policy import Policy
from mailing.transports.deadline import Watchdog
from mailing.transports.outcomes import DeferredError, InDoubtError, RefusedError, UnreachableError
from mailing.transports.replies import REFUSALS, outcome, text

TIMEOUT = 20
GOODBYE = 2  # seconds that the courtesy may take
OK = 250
RECIPIENT_OK = {250, 251}
READY = 220
GO_AHEAD = 354
# What Django and Python raise for addresses and headers that cannot be written.
FAULTS = (ValueError, IndexError, MessageError)


@dataclass(frozen=True, slots=True)
class Letter:
    """A message as it goes over the wire, and from whom to whom."""

    sender: str
    recipient: str
    data: bytes


class SmtpTransport:
    """Sends with the server and account of Django's SMTP backend; only a message on its way can be in doubt."""

    def __init__(self, account: EmailBackend, policy: Policy) -> None:
        self._account = account
        self._policy = policy
        self._connection: smtplib.SMTP | None = None
        self._used = 0
        self._watchdog = Watchdog()

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand over one message within the hard deadline, or raise an ``OutcomeError``.

        A server may close a connection between two messages at any time: then a fresh one is tried at once.
        """
        ends = monotonic() + self._policy.deadline
        letter = _letter(message)
        reused = self._used > 0
        try:
            self._attempt(letter, ends)
        except UnreachableError:
            if not reused:
                raise
            self._attempt(letter, ends)

    def close(self) -> None:
        """Say goodbye."""
        self._hang_up()
        self._watchdog.close()

    def _hang_up(self) -> None:
        if self._connection:
            ends = monotonic() + GOODBYE
            # The goodbye is a courtesy: everything accepted has been answered.
            with suppress(OSError), self._watchdog.cut_off(self._connection, ends):
                self._connection.quit()
            self._drop()

    def _attempt(self, letter: Letter, ends: float) -> None:
        if self._used >= self._policy.recycle_after:
            self._hang_up()
        connection = self._connection or self._open(ends)
        self._used += 1
        try:
            with self._watchdog.cut_off(connection, ends):
                _announce(connection, letter)
                _hand_over(connection, letter.data)
        except (RefusedError, DeferredError):
            self._reset(connection, ends)
            raise
        except Exception:
            self._drop()
            raise

    def _open(self, ends: float) -> smtplib.SMTP:
        account = self._account
        connection = _unconnected(account)
        try:
            with self._watchdog.cut_off(connection, ends):
                code, reply = connection.connect(account.host, account.port)
                if code != READY:
                    raise smtplib.SMTPConnectError(code, reply)
                if account.use_tls:
                    connection.starttls(context=account.ssl_context)  # type: ignore[attr-defined]  # not in the stubs
                if account.username and account.password:
                    connection.login(account.username, account.password)
                connection.ehlo_or_helo_if_needed()
        except (OSError, ValueError) as error:
            connection.close()
            raise UnreachableError(_said(error)) from error
        self._connection, self._used = connection, 0
        return connection

    def _reset(self, connection: smtplib.SMTP, ends: float) -> None:
        """Make the connection fit for the next message before the exchange ``ends``, or drop it."""
        try:
            with self._watchdog.cut_off(connection, ends):
                fit = connection.rset()[0] == OK
        except OSError:
            fit = False
        if not fit:
            self._drop()

    def _drop(self) -> None:
        if self._connection:
            self._connection.close()
        self._connection, self._used = None, 0


def _unconnected(account: EmailBackend) -> smtplib.SMTP:
    hello, timeout = DNS_NAME.get_fqdn(), account.timeout or TIMEOUT
    if account.use_ssl:
        context = account.ssl_context  # type: ignore[attr-defined]  # not in the stubs
        connection: smtplib.SMTP = smtplib.SMTP_SSL(local_hostname=hello, timeout=timeout, context=context)
    else:
        connection = smtplib.SMTP(local_hostname=hello, timeout=timeout)
    # TLS checks the certificate against this name. The constructor would set it, and connect unwatched.
    connection._host = account.host  # type: ignore[attr-defined]  # undocumented
    return connection


def _announce(connection: smtplib.SMTP, letter: Letter) -> None:
    """Say from whom and to whom, up to the server's leave to send the message."""
    try:
        eight_bit = ["BODY=8BITMIME"] if connection.has_extn("8bitmime") else []
        code, reply = connection.mail(letter.sender, eight_bit)
        if code != OK:
            raise UnreachableError(text(code, reply))
        code, reply = connection.rcpt(letter.recipient)
        if code not in RECIPIENT_OK:
            raise outcome(code, reply, of_recipient=True)
        code, reply = connection.docmd("DATA")
        if code != GO_AHEAD:
            raise outcome(code, reply, of_recipient=False)
    except (OSError, ValueError) as error:
        raise UnreachableError(_said(error)) from error


def _hand_over(connection: smtplib.SMTP, data: bytes) -> None:
    """Send the message and hear whether it is accepted; from here on a silence leaves it in doubt."""
    try:
        connection.send(data)
        code, reply = connection.getreply()
    except Exception as error:
        raise InDoubtError(_said(error)) from error
    if code in REFUSALS:
        raise outcome(code, reply, of_recipient=False)
    if code != OK:
        raise InDoubtError(text(code, reply))


def _letter(message: EmailMultiAlternatives) -> Letter:
    """Return the message with its addresses as SMTP wants them: a bad recipient is refused, a bad sender ours."""
    try:
        sender = sanitize_address(message.from_email, "utf-8")
    except FAULTS as error:
        raise UnreachableError(_("The sender's address cannot be used: %s") % error) from error
    try:
        return Letter(sender, sanitize_address(message.to[0], "utf-8"), _on_the_wire(message))
    except FAULTS as error:  # an address or a header that cannot be written
        raise RefusedError(str(error), hard=False, certain=True) from error


def _on_the_wire(message: EmailMultiAlternatives) -> bytes:
    """Return the message as DATA wants it: lines end in CRLF, dots at their beginning doubled, a dot at the end."""
    data = message.message().as_bytes(linesep="\r\n")
    stuffed = re.sub(rb"(?m)^\.", b"..", data)
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return text(error.smtp_code, reply if isinstance(reply, bytes) else reply.encode())
    return f"{type(error).__name__}: {error}"
