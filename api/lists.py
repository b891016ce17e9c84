"""How a view's list is filtered and paged, in the places where REST framework and its documentation look for it."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet
from django.template.loader import render_to_string
from django.utils.translation import gettext as _
from rest_framework.filters import BaseFilterBackend
from rest_framework.pagination import BasePagination
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import InvalidInput
from api.filters import FilterContext, FilterSet
from api.ordering import Orderings, ordering_names
from api.pages import Page
from api.pagination import COUNTS, DEFAULT_LIMIT, MAX_LIMIT, PageRequest, page_cursors, page_links

if TYPE_CHECKING:
    from api.resources import ResourceViewSet


class DeclaredFilterBackend(BaseFilterBackend):
    """Filters a list by the view's ``filters``. Parameters that nobody declared are refused."""

    def filter_queryset(self, request: Request, queryset: Any, view: Any) -> Any:
        resource: ResourceViewSet = view
        read = resource.filters.read_parameters(request.query_params)
        context = FilterContext(request.user)
        try:
            found = queryset.filter(read.q(context))
        except InvalidInput as error:
            raise error.as_parameters() from None
        resource.ranking = read.ranking(context)
        return found

    def to_html(self, request: Request, queryset: Any, view: Any) -> str:
        """Return the form of the browsable API."""
        filterset = view.filters.django_filterset(queryset.model)(request.query_params, queryset, request=request)
        return render_to_string("api/filter_form.html", {"title": _("Filter"), "form": filterset.form})


class KeysetPagination(BasePagination):
    """Pages a list that is asked for by parameters; the answer links to its neighbours."""

    def paginate_queryset(self, queryset: Any, request: Request, view: Any = None) -> list[Any]:
        try:
            asked = PageRequest.from_parameters(request.query_params)
            page = page_for(view, queryset, asked)
        except InvalidInput as error:
            raise error.as_parameters() from None
        self.answer = {**asked.counted(queryset), **page_links(request, page)}
        return page.rows

    def get_paginated_response(self, data: Any) -> Response:
        return Response({**self.answer, "results": data})

    def get_paginated_response_schema(self, schema: dict[str, Any]) -> dict[str, Any]:
        """Describe the answer for OpenAPI."""
        neighbour: dict[str, Any] = {
            "type": ["string", "null"],
            "description": _("Where the neighbouring page is; null: none."),
            "example": None,
        }
        count = {"type": "integer", "description": _("Only where asked for by “count”."), "example": 1}
        properties = {"count": count, "next": neighbour, "previous": neighbour, "results": schema}
        return {"type": "object", "required": ["next", "previous", "results"], "properties": properties}


def page_for(view: "ResourceViewSet", queryset: "QuerySet[Any]", asked: PageRequest) -> Page:
    """Return the page in the order asked for; a search without one is in the order of its rank."""
    representation = view.get_representation()
    if view.ranking is not None and asked.ordering is None:
        page = asked.best(view.get_queryset(), view.ranking, representation)
    else:
        page = asked.page(queryset, view.orderings, view.default_ordering, representation)
    view.complete(page.rows)
    return page


def respond_to_body(view: "ResourceViewSet", queryset: "QuerySet[Any]", body: Mapping[str, Any]) -> Response:
    """Answer a list that was asked for by a validated body; its neighbours are bare cursors for the next body."""
    asked = PageRequest.from_body(body)
    page = page_for(view, queryset, asked)
    return Response({**asked.counted(queryset), **page_cursors(page), "results": page.rows})


def filter_parameters(filters: FilterSet) -> list[dict[str, Any]]:
    """Return the parameters of OpenAPI for ``filters``; an empty one counts as absent."""
    return [
        _parameter(name, declared.parameter_schema(), declared.described()["description"]) | {"allowEmptyValue": True}
        for name, declared in filters.filters.items()
    ]


def page_parameters(orderings: Orderings, default_ordering: str) -> list[dict[str, Any]]:
    """Return the parameters of OpenAPI that choose a page."""
    limit = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
    ordering = {"type": "string", "enum": ordering_names(orderings), "default": default_ordering}
    return [
        _parameter("limit", limit, _("How many at most.")),
        _parameter("cursor", {"type": "string"}, _("As in “next” or “previous” of an answer.")),
        _parameter("ordering", ordering, _("Descending with “-” before it.")),
        _parameter("count", {"type": "string", "enum": list(COUNTS)}, _("Also tell how many there are in all.")),
    ]


def _parameter(name: str, schema: dict[str, Any], description: str) -> dict[str, Any]:
    return {"name": name, "in": "query", "required": False, "description": description, "schema": schema}
