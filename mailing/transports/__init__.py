"""How a message is handed over, and what can come of it."""

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from mailing.policy import Policy
from mailing.transports.backend import BackendTransport
from mailing.transports.smtp import SmtpTransport


class Transport(Protocol):
    """Hands over one message at a time, on a connection that it opens when it is needed and keeps."""

    def send(self, message: EmailMultiAlternatives) -> None:
        """Return once the message is accepted; else raise one of ``mailing.transports.outcomes``."""

    def close(self) -> None:
        """Let go of the connection."""


@contextmanager
def open_transport(policy: Policy) -> Iterator[Transport]:
    """Give the transport for the e-mail backend of the settings."""
    backend = get_connection()
    smtp = isinstance(backend, EmailBackend)
    transport: Transport = SmtpTransport(backend, policy) if smtp else BackendTransport(backend)
    try:
        yield transport
    finally:
        transport.close()
