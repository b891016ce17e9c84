"""What history notes of the request that a change came with."""

from typing import Any

import pghistory.middleware
from django.http import HttpRequest
from django.urls import Resolver404, get_script_prefix, resolve


class HistoryMiddleware(pghistory.middleware.HistoryMiddleware):
    """Notes who calls and which address, but never the token of a link that was mailed."""

    def get_context(self, request: HttpRequest) -> dict[str, Any]:
        """Return what is stored beside each change."""
        return {**super().get_context(request), "url": address_kept(request)}


def address_kept(request: HttpRequest) -> str:
    """Return the path of ``request``; in place of one with a token its route, for the link may still work."""
    try:
        match = resolve(request.path_info)
    except Resolver404:
        return request.path
    return f"{get_script_prefix()}{match.route}" if "token" in match.kwargs else request.path
