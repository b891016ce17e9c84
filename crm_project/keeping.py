"""Whether browsers and proxies may keep an answer: not, unless it says so itself."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

NOBODY = "private, no-store"


def keep_nothing(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Forbid to keep what says nothing of it: nearly every answer depends on who asks, and some hold secrets.

    Stands below what serves static files.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        response.headers.setdefault("Cache-Control", NOBODY)
        return response

    return middleware
