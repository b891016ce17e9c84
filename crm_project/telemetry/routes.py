"""A request's route: its address with the names of what varies in place of ids, words and tokens."""

import re
from functools import cache

from django.conf import settings
from django.http import HttpRequest
from django.urls import Resolver404, resolve

UNMATCHED = "unmatched"
STATIC = "static"
GROUP = re.compile(r"\(\?P<(\w+)>(?:[^()]|\([^()]*\))*\)")
CONVERTER = re.compile(r"<(?:\w+:)?(\w+)>")


def route_of(request: HttpRequest) -> str:
    """Return the route, as ``/api/v1/users/{id}/events/``; ``unmatched`` where none was found."""
    match = request.resolver_match
    if match is None:
        # Answered before the address was looked up: a file, or a middleware's word.
        if request.path_info.startswith(f"/{settings.STATIC_URL.lstrip('/')}"):
            return STATIC
        try:
            match = resolve(request.path_info)
        except Resolver404:
            return UNMATCHED
    return readable(match.route)


@cache
def readable(route: str) -> str:
    """Return Django's ``route`` without what is regular expression in it."""
    named = CONVERTER.sub(r"{\1}", GROUP.sub(r"{\1}", route))
    plain = named.replace("/?$", "/").replace("^", "").replace("$", "").replace("\\", "")
    return f"/{plain.lstrip('/')}"
