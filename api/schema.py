"""How the API documents itself: filters, pages and problems are described from what the views declare."""

import copy
import re
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular import openapi
from drf_spectacular.plumbing import ResolvedComponent, force_instance, get_doc, is_list_serializer, is_serializer
from drf_spectacular.utils import OpenApiExample, OpenApiParameter

from api.exceptions import Conflict, KeyReused, PreconditionFailed, TooLarge, Unavailable
from api.filters import FilterSet
from api.lists import filter_parameters, page_parameters
from api.permissions import PUBLIC
from api.problem_schema import PROBLEM, RETRY_AFTER, TEXT
from api.renderers import PROBLEM_MEDIA_TYPE
from api.resources import ResourceViewSet
from api.rules import HouseRules
from api.views import FilterByBodyMixin

SINGLE = ("create", "retrieve", "update", "partial_update")
# What plain verbs do, for menus; lists and all that has a docstring of its own speak for themselves.
SUMMARIES = {
    "retrieve": gettext_lazy("Show one %(kind)s"),
    "create": gettext_lazy("Add one %(kind)s"),
    "update": gettext_lazy("Change one %(kind)s"),
    "partial_update": gettext_lazy("Change one %(kind)s"),
    "destroy": gettext_lazy("Delete one %(kind)s"),
}
CHANGING = ("PUT", "PATCH", "DELETE")


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
        return [
            {"name": name, "in": "path", "required": True, "description": self._described_id(name), "schema": TEXT}
            for name in variables
        ]

    def _described_id(self, name: str) -> str:
        if isinstance(self.view, ResourceViewSet) and self.view.names_person(name):
            return _("The id, or the external_id; “me” is the caller.")
        return _("The id, or the external_id.")

    def get_request_serializer(self) -> Any:
        if self._is_filtered_by_body():
            return {"application/json": self._filter_body(self.view.filters)}
        return super().get_request_serializer()

    def get_response_serializers(self) -> Any:
        if self._is_filtered_by_body():
            return self.view.get_serializer_class()(many=True)
        return super().get_response_serializers()

    def get_override_parameters(self) -> list[Any]:
        """Describe the headers of the house rules, of the request and of its answers."""
        found = []
        if self._repeats_answer():
            found += [
                _header("Idempotency-Key", _("A key of your own: sent again with it, the call is done once.")),
                _header("Idempotent-Replayed", _("Says true where the call had been done before."), GOOD),
            ]
        if self._has_etag():
            if self.method != "DELETE" and (self.view.detail or self.view.action in SINGLE):
                found.append(_header("ETag", _("The state that the answer shows, for If-Match."), GOOD))
            if self._takes_condition():
                found.append(_header("If-Match", _("ETags, or *: change the object in one of these states alone.")))
        if self._repeats_answer() and getattr(self.view, "action", None) == "create":
            found.append(_header("Location", _("Where the new object is to be found."), [201]))
        return found

    def get_summary(self) -> str:
        """Return the first sentence of the description; of a plain verb without words of its own, what it does."""
        verb = SUMMARIES.get(getattr(self.view, "action", ""))
        if verb and not get_doc(getattr(self.view, self.view.action)):
            return verb % {"kind": self.view.model._meta.verbose_name}
        return first_sentence(self.get_description())

    def get_auth(self) -> list[dict[str, Any]]:
        """Describe who is let in: where that is everybody, nobody need sign in."""
        found: list[dict[str, Any]] = super().get_auth()
        return [*found, {}] if found and self._permission() == PUBLIC and {} not in found else found

    def _permission(self) -> str | None:
        return self.view.permission_required(self.view.request) if isinstance(self.view, HouseRules) else None

    def _changes_something(self) -> bool:
        """Tell whether the state of things may forbid the call: a POST with the permission to look only reads."""
        return self.method in CHANGING or (self.method == "POST" and ".view_" not in (self._permission() or ""))

    def _repeats_answer(self) -> bool:
        return self.method == "POST" and isinstance(self.view, HouseRules) and self.view.repeats_answer()

    def _has_etag(self) -> bool:
        return isinstance(self.view, ResourceViewSet) and bool(self.view.tagged_columns())

    def _takes_condition(self) -> bool:
        """Tell whether the operation acts on one object, in the state that If-Match asks for."""
        return self._has_etag() and (self.method in CHANGING or (self.method == "POST" and bool(self.view.detail)))

    def _get_examples(
        self, serializer: Any, direction: Any, media_type: str, status_code: str | None = None, extras: Any = None
    ) -> Any:
        """Add the example that a serializer declares in ``Meta.example``: what can be written of it, or be read."""
        found = [*(extras or []), *_examples(force_instance(serializer), direction)]  # type: ignore[no-untyped-call]  # the package's own
        return super()._get_examples(serializer, direction, media_type, status_code, found)  # type: ignore[no-untyped-call]  # the package's own

    def _insert_field_validators(self, field: Any, schema: Any) -> None:
        """Let an empty text be both empty and what fits the pattern: “one of” would refuse it for that."""
        super()._insert_field_validators(field, schema)  # type: ignore[no-untyped-call]  # as above
        if "oneOf" in schema:
            schema["anyOf"] = schema.pop("oneOf")

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
        problems = {str(code): self._problem(code, title) for code, title in self._problems().items()}
        return {**super()._get_response_bodies(direction), **problems}

    def _problems(self) -> dict[int, str]:
        """Return the errors that the operation can answer with."""
        found = {
            400: _("The input is not valid."),
            401: _("Not signed in."),
            403: _("Not permitted."),
            406: _("Nobody writes what “Accept” asks for."),
            429: _("Too many calls."),
        }
        if "{" in self.path:
            found[404] = _("There is none, or none that the caller may know of.")
        if self._changes_something():
            found[int(Conflict.status_code)] = str(Conflict.default_detail)
            found[int(Unavailable.status_code)] = str(Unavailable.default_detail)
        if self._takes_condition():
            found[int(PreconditionFailed.status_code)] = str(PreconditionFailed.default_detail)
        if self._repeats_answer():
            found[int(KeyReused.status_code)] = str(KeyReused.default_detail)
        if self.method in ("POST", "PUT", "PATCH") and self.get_request_serializer() is not None:
            found[int(TooLarge.status_code)] = str(TooLarge.default_detail)
            found[415] = _("The body is no JSON.")
        return dict(sorted(found.items()))

    def _problem(self, code: int, description: str) -> dict[str, Any]:
        reference = self._component("Problem", PROBLEM)
        headers = {"headers": RETRY_AFTER} if code in (409, 429, 503) else {}
        return {"description": description, **headers, "content": {PROBLEM_MEDIA_TYPE: {"schema": reference}}}

    def _component(self, name: str, schema: dict[str, Any]) -> dict[str, str]:
        component: Any = ResolvedComponent(name, ResolvedComponent.SCHEMA, schema, name)  # type: ignore[no-untyped-call]  # the package's own
        self.registry.register_on_missing(component)
        reference: dict[str, str] = component.ref
        return reference


def first_sentence(text: str) -> str:
    """Return the first sentence without its full stop, or what of it is before a colon or semicolon."""
    sentence = re.split(r"\.(?:\s|$)|[:;]\s", " ".join(text.split()), maxsplit=1)[0]
    return sentence.replace("``", "")


GOOD = [200, 201, 202]


def _header(name: str, description: str, answers: list[int] | None = None) -> OpenApiParameter:
    """Describe a header of the request, or of the ``answers`` with these codes."""
    return OpenApiParameter(name, str, OpenApiParameter.HEADER, description=description, response=answers or False)


def _examples(serializer: Any, direction: str) -> list[OpenApiExample]:
    """Return the example of a serializer's ``Meta``, without the fields that do not go in this direction."""
    one: Any = serializer.child if is_list_serializer(serializer) else serializer
    example = getattr(getattr(one, "Meta", None), "example", None)
    if example is None:
        return []
    left_out = "read_only" if direction == "request" else "write_only"
    shown = {name: value for name, value in example.items() if not getattr(one.fields[name], left_out)}
    return [OpenApiExample(type(one).__name__.removesuffix("Serializer"), shown)]
