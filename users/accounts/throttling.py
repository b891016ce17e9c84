"""The API's limits for pages: what can be asked too often there can be asked too often here."""

from types import SimpleNamespace
from typing import Any, cast

from django.http import HttpRequest

from api.throttles import HouseThrottle


def too_often(request: HttpRequest, scope: str) -> int | None:
    """Count a page's call against the limit ``scope``; return the seconds to wait where that was one too many."""
    throttle, call = (
        HouseThrottle(),
        cast("Any", request),
    )  # it reads what REST framework's requests share with Django's
    return None if throttle.allow_request(call, SimpleNamespace(throttle_scope=scope)) else int(throttle.wait())
