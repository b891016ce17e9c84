"""How the API documents itself: filters, pages and problems are described from what the views declare."""

import copy
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular import openapi
from drf_spectacular.plumbing import ResolvedComponent, force_instance, is_serializer

from api.exceptions import Conflict
from api.filters import FilterSet
from api.lists import filter_parameters, page_parameters
from api.renderers import PROBLEM_MEDIA_TYPE
from api.views import FilterByBodyMixin, ResourceViewSet

TEXT = {"type": "string"}
FAULT = {
    "type": "object",
    "required": ["code", "detail"],
    "properties": {
        "pointer": {**TEXT, "description": "JSON pointer to the place in the body."},
        "parameter": {**TEXT, "description": "Name of the parameter of the address."},
        "code": TEXT,
        "detail": TEXT,
    },
}
PROBLEM = {
    "type": "object",
    "description": "A problem as of RFC 9457.",
    "required": ["type", "title", "status", "detail", "error"],
    "properties": {
        "type": {**TEXT, "format": "uri-reference"},
        "title": TEXT,
        "status": {"type": "integer"},
        "detail": TEXT,
        "error": {**TEXT, "description": "Equal to “detail”."},
        "errors": {"type": "array", "items": FAULT, "description": "What is wrong with the input, and where."},
    },
}


class AutoSchema(openapi.AutoSchema):
    """Describes an operation; what a view declares by ``extend_schema`` goes before."""

    view: Any

    def _is_listed_by_parameters(self) -> bool:
        return isinstance(self.view, ResourceViewSet) and self.view.action in self.view.listed_by_parameters

    def _is_filtered_by_body(self) -> bool:
        return isinstance(self.view, FilterByBodyMixin) and self.view.action == "filter"

    def _get_filter_parameters(self) -> list[dict[str, Any]]:
        return filter_parameters(self.view.filters) if self._is_listed_by_parameters() else []

    def _get_pagination_parameters(self) -> list[dict[str, Any]]:
        if not self._is_listed_by_parameters():
            return []
        return page_parameters(self.view.orderings, self.view.default_ordering)

    def _resolve_path_parameters(self, variables: list[str]) -> list[dict[str, Any]]:
        """Describe ids in paths: a key or the id that another system gave."""
        described = {"description": _("The id, or the external_id."), "schema": TEXT}
        return [{"name": name, "in": "path", "required": True, **described} for name in variables]

    def get_request_serializer(self) -> Any:
        if self._is_filtered_by_body():
            return {"application/json": self._filter_body(self.view.filters)}
        return super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if self._is_filtered_by_body():
            return self.view.get_serializer_class()(many=True)
        return super().get_response_serializers()

    def _filter_body(self, filters: FilterSet) -> dict[str, Any]:
        reference = self._component(filters.component, filters.schema())
        pages = page_parameters(self.view.orderings, self.view.default_ordering)
        properties = {one["name"]: {**one["schema"], "description": one["description"]} for one in pages}
        return {"type": "object", "properties": {"filter": reference, **properties}, "additionalProperties": False}

    def _get_request_for_media_type(self, serializer: Any, direction: str = "request") -> Any:
        """Describe PUT as partial, which it is, like PATCH."""
        instance = force_instance(serializer)  # type: ignore[no-untyped-call]  # the package's own
        if self.method == "PUT" and is_serializer(instance):
            instance = copy.copy(instance)
            instance.partial = True
        return super()._get_request_for_media_type(instance, direction)  # type: ignore[no-untyped-call]  # the package's own

    def _get_response_bodies(self, direction: Any = "response") -> Any:
        problems = {str(code): self._problem(title) for code, title in self._problems().items()}
        return {**super()._get_response_bodies(direction), **problems}

    def _problems(self) -> dict[int, str]:
        """Return the errors that the operation can answer with."""
        found = {401: _("Not signed in."), 403: _("Not permitted.")}
        if "{" in self.path:
            found[404] = _("There is none, or none that the caller may know of.")
        if self.method != "GET" or self._is_listed_by_parameters():
            found[400] = _("The input is not valid.")
        if self.method != "GET":
            found[int(Conflict.status_code)] = str(Conflict.default_detail)
        return dict(sorted(found.items()))

    def _problem(self, description: str) -> dict[str, Any]:
        reference = self._component("Problem", PROBLEM)
        return {"description": description, "content": {PROBLEM_MEDIA_TYPE: {"schema": reference}}}

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        component: Any = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, name)  # type: ignore[no-untyped-call]  # the package's own
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference
