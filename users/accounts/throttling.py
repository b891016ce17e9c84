"""The API's limits for pages: what can be asked too often there can be asked too often here."""

from types import SimpleNamespace
from typing import Any, cast

from django.contrib.auth.models import AnonymousUser
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from api.throttles import HouseThrottle

# What the API's calls of the same sort count by address: they take no sign-in, and an account more is quickly made.
BY_ADDRESS = frozenset({"signup", "signup_confirm", "mail"})


def too_often(request: HttpRequest, scope: str | None = None, *, email: str = "") -> int | None:
    """Count a page's call against the limit ``scope`` (None: everybody's); return the seconds to wait if it is over.

    ``email`` is whose sign-in is tried, where that is the limit.
    """
    # What the limits read of REST framework's requests.
    user = AnonymousUser() if scope in BY_ADDRESS else request.user
    call = cast("Any", SimpleNamespace(META=request.META, user=user, data={"email": email}))
    throttle = HouseThrottle()
    return None if throttle.allow_request(call, SimpleNamespace(throttle_scope=scope)) else int(throttle.wait())


def refused(request: HttpRequest, seconds: int) -> HttpResponse:
    """Return 429, a page that says so: try again after so many ``seconds``."""
    response = render(request, "429.html", {"seconds": seconds, "minutes": -(-seconds // 60)}, status=429)
    response["Retry-After"] = str(seconds)
    return response
