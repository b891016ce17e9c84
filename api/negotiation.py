"""Which renderer answers, without work for the clients that ask for JSON or for anything."""

from collections.abc import Iterable
from typing import Any

from rest_framework.exceptions import NotAcceptable
from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

from api.renderers import PROBLEM_MEDIA_TYPE, JSONRenderer

ANYTHING = "*/*"
JSON = (JSONRenderer.media_type, PROBLEM_MEDIA_TYPE)


class ContentNegotiation(DefaultContentNegotiation):
    """REST framework's negotiation with a short cut; a ``format`` in the address goes before ``Accept``."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        offered = list(renderers)
        named = format_suffix or ("format=" in request.META.get("QUERY_STRING", "") and request.GET.get("format"))
        if named:
            offered = self.filter_renderers(offered, named)
        accept = request.META.get("HTTP_ACCEPT", ANYTHING)
        if named or accept == ANYTHING or (accept in JSON and offered[0].media_type == JSONRenderer.media_type):
            return offered[0], offered[0].media_type
        return super().select_renderer(request, offered, format_suffix)

    def filter_renderers(self, renderers: Iterable[BaseRenderer], format: str) -> list[BaseRenderer]:  # noqa: A002  # REST framework's name
        chosen = [renderer for renderer in renderers if renderer.format == format]
        if not chosen:
            raise NotAcceptable
        return chosen
