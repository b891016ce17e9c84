"""E-mail backends that fail, as a provider's may."""

from collections.abc import Sequence

from django.core.mail import EmailMessage
from django.core.mail.backends.base import BaseEmailBackend


class Broken(BaseEmailBackend):
    """Loses its connection while it sends."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ConnectionResetError("lost")


class Overwhelmed(BaseEmailBackend):
    """Cannot express the message."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ValueError("cannot express it")


class Idle(BaseEmailBackend):
    """Sends nothing, and says so."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        return 0


class FailsOpen(BaseEmailBackend):
    """Fails in a way of its own before anything is sent."""

    def open(self) -> bool | None:
        raise ZeroDivisionError("odd")


class FailsSend(BaseEmailBackend):
    """Fails in a way of its own while it sends."""

    def send_messages(self, email_messages: Sequence[EmailMessage]) -> int:
        raise ZeroDivisionError("odd")
