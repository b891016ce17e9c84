"""The admin speaks the zone of whoever is signed in; forms of events, which speak the event's, say so themselves."""

from collections.abc import Callable
from typing import Any

from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone as clock

from api.moments import zone_of


class CallersZoneMiddleware:
    """Makes the caller's zone the present one while a page of the admin is made. The API answers in UTC."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        try:
            return self.get_response(request)
        finally:
            clock.deactivate()

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> None:
        """Find out whose page it is."""
        if request.resolver_match and request.resolver_match.app_name == "admin":
            clock.activate(zone_of(request.user))
