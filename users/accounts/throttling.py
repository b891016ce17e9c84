"""The API's limits for pages: what can be asked too often there can be asked too often here."""

from types import SimpleNamespace
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _

from api.throttles import HouseThrottle


def too_often(request: HttpRequest, scope: str | None = None) -> int | None:
    """Count a page's call against the limit ``scope`` (None: everybody's); return the seconds to wait if it is over."""
    throttle, call = (
        HouseThrottle(),
        cast("Any", request),
    )  # it reads what REST framework's requests share with Django's
    return None if throttle.allow_request(call, SimpleNamespace(throttle_scope=scope)) else int(throttle.wait())


def refused(seconds: int) -> HttpResponse:
    """Return 429: try again after so many ``seconds``."""
    response = HttpResponse(_("Too many calls. Try again later."), status=429, content_type="text/plain; charset=utf-8")
    response["Retry-After"] = str(seconds)
    return response
