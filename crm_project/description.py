"""The API's description (OpenAPI), as it is served."""

from functools import cache
from typing import Any

from django.http import HttpResponse
from django.utils.translation import get_language, override
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.views import SpectacularAPIView
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request
from rest_framework.response import Response

from api.permissions import PUBLIC
from api.renderers import JSONRenderer
from api.rules import HouseRules


class DescriptionView(HouseRules):
    """The description as YAML or JSON: ``format=json``, or what ``Accept`` asks for."""

    schema = None
    permission = PUBLIC
    renderer_classes: Any = SpectacularAPIView.renderer_classes

    def get_renderers(self) -> list[BaseRenderer]:
        """Leave to JSON what is not the description."""
        return [JSONRenderer()] if self.request.method == "OPTIONS" else super().get_renderers()

    def get(self, request: Request) -> HttpResponse:
        renderer: Any = request.accepted_renderer
        renderer_class: Any = type(renderer)
        kind = "; ".join([renderer.media_type, *([f"charset={renderer.charset}"] if renderer.charset else [])])
        answer = HttpResponse(written_by(renderer_class, get_language() or ""), content_type=kind)
        answer["Content-Disposition"] = f'inline; filename="Event CRM.{renderer.format}"'
        return answer

    def handle_exception(self, exc: Exception) -> Response:
        """Answer errors as everywhere else, whatever the description was asked for as."""
        self.request.accepted_renderer, self.request.accepted_media_type = JSONRenderer(), JSONRenderer.media_type
        return super().handle_exception(exc)


@cache
def written_by(renderer: type[BaseRenderer], language: str) -> bytes:
    """Return the description, which is made once by a process: it takes half a second, and anybody may ask for it."""
    with override(language):
        described: Any = SchemaGenerator().get_schema(request=None, public=True)  # type: ignore[no-untyped-call]  # the package's own
        written: bytes = renderer().render(described)
    return written
