"""The request that is being answered, for what services note down of it without being handed it."""

from collections.abc import Callable
from contextvars import ContextVar

from django.http import HttpRequest, HttpResponseBase

_current: ContextVar[HttpRequest | None] = ContextVar("current_request", default=None)


def current_request() -> HttpRequest | None:
    """Return the request that this thread answers; None in a command or a worker."""
    return _current.get()


def answered_request() -> HttpRequest:
    """Return the request that this thread answers. Raises ``LookupError`` where it answers none."""
    request = _current.get()
    if request is None:
        raise LookupError
    return request


def remember_request(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Return the middleware that keeps the request at hand while it is answered."""

    def answer(request: HttpRequest) -> HttpResponseBase:
        token = _current.set(request)
        try:
            return get_response(request)
        finally:
            _current.reset(token)

    return answer
