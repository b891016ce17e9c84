"""Any other of Django's e-mail backends: Anymail's providers, files, memory."""

from http import HTTPStatus

import requests
from anymail.backends.base import AnymailBaseBackend
from anymail.exceptions import AnymailAPIError, AnymailError, AnymailRecipientsRefused
from django.core.mail import EmailMultiAlternatives
from django.core.mail.backends.base import BaseEmailBackend
from django.utils.translation import gettext as _
from urllib3.exceptions import MaxRetryError, NewConnectionError

from mailing.transports.outcomes import InDoubtError, OutcomeError, RefusedError, UnreachableError

# Our key, our quota, our pace: the recipient has no part in it.
OF_ACCOUNT = {
    HTTPStatus.UNAUTHORIZED,
    HTTPStatus.PAYMENT_REQUIRED,
    HTTPStatus.FORBIDDEN,
    HTTPStatus.TOO_MANY_REQUESTS,
}
REFUSALS = range(400, 500)
LENGTH = 500
HTML = "text/html"


class BackendTransport:
    """Sends one message at a time through a backend that is held open."""

    def __init__(self, backend: BaseEmailBackend) -> None:
        self._backend = backend

    def send(self, message: EmailMultiAlternatives) -> None:
        """Hand over one message, or raise an ``OutcomeError``."""
        self._open()
        if isinstance(self._backend, AnymailBaseBackend):  # no provider takes an invitation but as a file
            message.alternatives = [one for one in message.alternatives if one[1] == HTML]
        try:
            accepted = self._backend.send_messages([message])
        except OutcomeError:
            raise
        except AnymailRecipientsRefused as error:
            raise RefusedError(_said(error), hard=_is_invalid(message), certain=True) from error
        except AnymailAPIError as error:
            raise _outcome(error) from error
        except OSError as error:
            raise InDoubtError(_said(error)) from error
        except (AnymailError, ValueError) as error:  # what the provider, or mail itself, cannot express
            raise RefusedError(_said(error), hard=False) from error
        except Exception as error:  # nobody knows how far it came
            raise InDoubtError(_said(error)) from error
        if not accepted:
            raise RefusedError(_("The e-mail backend sent nothing."), hard=False)

    def _open(self) -> None:
        try:
            self._backend.open()
        except Exception as error:
            raise UnreachableError(_said(error)) from error

    def close(self) -> None:
        """Close the backend's connection."""
        self._backend.close()


def _outcome(error: AnymailAPIError) -> OutcomeError:
    """Return what an answer of the provider means; a failure of its own may have come after it took the message."""
    if error.status_code in OF_ACCOUNT or _never_connected(error):
        return UnreachableError(_said(error))
    if error.status_code in REFUSALS:
        return RefusedError(_said(error), hard=False)
    return InDoubtError(_said(error))


def _never_connected(error: AnymailAPIError) -> bool:
    if isinstance(error, requests.ConnectTimeout):
        return True
    reason = error.__cause__.args[0] if isinstance(error, requests.ConnectionError) and error.__cause__ else None
    return isinstance(reason, MaxRetryError) and isinstance(reason.reason, NewConnectionError)


def _is_invalid(message: EmailMultiAlternatives) -> bool:
    """Tell whether the provider calls the address itself wrong (rather than blocked by a list of its own)."""
    status = getattr(message, "anymail_status", None)
    return status is not None and status.status == {"invalid"}


def _said(error: Exception) -> str:
    return " ".join(f"{type(error).__name__}: {error}".split())[:LENGTH]
