"""SMTP on a connection held open, in steps of our own: what counts is at which of them something goes wrong."""

import re
import smtplib
from contextlib import suppress
from time import monotonic

from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.smtp import EmailBackend
from django.core.mail.message import sanitize_address
from django.core.mail.utils import DNS_NAME

from mailing.policy import Policy
from mailing.transports.deadline import Watchdog
from mailing.transports.outcomes import InDoubtError, OutcomeError, RefusedError, UnreachableError
from mailing.transports.replies import REFUSALS, outcome, text

TIMEOUT = 20
OK = 250
RECIPIENT_OK = {250, 251}
READY = 220
GO_AHEAD = 354


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
        data = _on_the_wire(message)
        reused = self._used > 0
        try:
            self._attempt(message, data, ends)
        except UnreachableError:
            if not reused:
                raise
            self._attempt(message, data, ends)

    def close(self) -> None:
        """Say goodbye."""
        self._hang_up()
        self._watchdog.close()

    def _hang_up(self) -> None:
        if self._connection:
            with suppress(OSError):  # the goodbye is a courtesy: everything accepted has been answered
                self._connection.quit()
            self._drop()

    def _attempt(self, message: EmailMultiAlternatives, data: bytes, ends: float) -> None:
        if self._used >= self._policy.recycle_after:
            self._hang_up()
        connection = self._connection or self._open(ends)
        self._used += 1
        try:
            with self._watchdog.cut_off(connection, ends):
                _announce(connection, message)
                _hand_over(connection, data)
        except (UnreachableError, InDoubtError):
            self._drop()
            raise
        except OutcomeError:
            self._reset(connection)
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
        except OSError as error:
            connection.close()
            raise UnreachableError(_said(error)) from error
        self._connection, self._used = connection, 0
        return connection

    def _reset(self, connection: smtplib.SMTP) -> None:
        """Make the connection fit for the next message, or drop it."""
        try:
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


def _announce(connection: smtplib.SMTP, message: EmailMultiAlternatives) -> None:
    """Say from whom and to whom, up to the server's leave to send the message."""
    try:
        eight_bit = ["BODY=8BITMIME"] if connection.has_extn("8bitmime") else []
        code, reply = connection.mail(sanitize_address(message.from_email, "utf-8"), eight_bit)
        if code != OK:
            raise UnreachableError(text(code, reply))
        code, reply = connection.rcpt(sanitize_address(message.to[0], "utf-8"))
        if code not in RECIPIENT_OK:
            raise outcome(code, reply, of_recipient=True)
        code, reply = connection.docmd("DATA")
        if code != GO_AHEAD:
            raise outcome(code, reply, of_recipient=False)
    except OSError as error:
        raise UnreachableError(_said(error)) from error


def _hand_over(connection: smtplib.SMTP, data: bytes) -> None:
    """Send the message and hear whether it is accepted; from here on a silence leaves it in doubt."""
    try:
        connection.send(data)
        code, reply = connection.getreply()
    except OSError as error:
        raise InDoubtError(_said(error)) from error
    if code in REFUSALS:
        raise outcome(code, reply, of_recipient=False)
    if code != OK:
        raise InDoubtError(text(code, reply))


def _on_the_wire(message: EmailMultiAlternatives) -> bytes:
    """Return the message as DATA wants it: lines end in CRLF, dots at their beginning doubled, a dot at the end."""
    try:
        data = message.message().as_bytes(linesep="\r\n")
    except ValueError as error:  # a header or an address that cannot be written
        raise RefusedError(str(error), hard=False) from error
    stuffed = re.sub(rb"(?m)^\.", b"..", data)
    return stuffed + (b".\r\n" if stuffed.endswith(b"\r\n") else b"\r\n.\r\n")


def _said(error: OSError) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        reply = error.smtp_error
        return text(error.smtp_code, reply if isinstance(reply, bytes) else reply.encode())
    return f"{type(error).__name__}: {error}"
