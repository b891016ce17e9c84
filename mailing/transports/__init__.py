"""How a message is handed over, and what can come of it."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.core.mail import EmailMultiAlternatives, get_connection
from django.core.mail.backends.smtp import EmailBackend

from mailing.policy import Policy
from mailing.transports.backend import BackendTransport
from mailing.transports.outcomes import UnreachableError
from mailing.transports.smtp import SmtpTransport

logger = logging.getLogger(__name__)


class Transport(Protocol):
    """Hands over one message at a time, on a connection that it opens when it is needed and keeps."""

    def send(self, message: EmailMultiAlternatives) -> None:
        """Return once the message is accepted; else raise one of ``mailing.transports.outcomes``.

        Any other exception says that nothing was handed over.
        """

    def close(self) -> None:
        """Let go of the connection."""


class NoTransport:
    """Stands for a backend that the settings make impossible: mail waits, and the lane says why."""

    def __init__(self, why: Exception) -> None:
        self._why = why

    def send(self, message: EmailMultiAlternatives) -> None:
        """Raise what is wrong with the settings."""
        raise UnreachableError(f"{type(self._why).__name__}: {self._why}") from self._why

    def close(self) -> None:
        """Do nothing: there is no connection."""


@contextmanager
def open_transport(policy: Policy) -> Iterator[Transport]:
    """Give the transport for the e-mail backend of the settings."""
    transport = _transport(policy)
    try:
        yield transport
    finally:
        transport.close()


def _transport(policy: Policy) -> Transport:
    try:
        backend = get_connection()
    except Exception as error:
        logger.exception("The e-mail backend of the settings cannot be had.")
        return NoTransport(error)
    return SmtpTransport(backend, policy) if isinstance(backend, EmailBackend) else BackendTransport(backend)
