"""JSON at the speed of orjson, and the browsable API for a person with a browser."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

import orjson
from django.utils.functional import Promise
from rest_framework import renderers

PROBLEM_MEDIA_TYPE = "application/problem+json"


def _as_json(value: Any) -> Any:
    """Write what orjson does not know: numbers as text keep all their digits, lazy texts are translated now."""
    if isinstance(value, Decimal | Promise):
        return str(value)
    if isinstance(value, memoryview | set | frozenset):
        return list(value)
    raise TypeError(f"{type(value).__name__} is not JSON")


def json_bytes(data: Any, *, indent: bool = False) -> bytes:
    """Return ``data`` as JSON: UUIDs as text, times as ISO 8601 with offset."""
    options = orjson.OPT_NON_STR_KEYS | orjson.OPT_NAIVE_UTC | (orjson.OPT_INDENT_2 if indent else 0)
    written: bytes = orjson.dumps(data, _as_json, options)
    return written


class JSONRenderer(renderers.BaseRenderer):
    """Writes ``application/json``, and errors as ``application/problem+json``."""

    media_type = "application/json"
    format = "json"
    charset = None
    render_style = "text"

    def render(
        self, data: Any, accepted_media_type: str | None = None, renderer_context: Mapping[str, Any] | None = None
    ) -> bytes:
        if data is None:
            return b""
        context = renderer_context or {}
        response = context.get("response")
        if response is not None and response.exception and response.accepted_renderer is self:
            response["Content-Type"] = PROBLEM_MEDIA_TYPE
        return json_bytes(data, indent=bool(context.get("indent")))


class BrowsableAPIRenderer(renderers.BrowsableAPIRenderer):
    """The same answers as pages. Bodies are written as JSON, so there are no forms for single fields."""

    def get_default_renderer(self, view: Any) -> renderers.BaseRenderer:
        return JSONRenderer()

    def get_rendered_html_form(self, data: Any, view: Any, method: str, request: Any) -> Any:
        """Offer the DELETE and OPTIONS buttons only: fields are filled in as JSON."""
        if method in ("DELETE", "OPTIONS"):
            return super().get_rendered_html_form(data, view, method, request)
        return None
