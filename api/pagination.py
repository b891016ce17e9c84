"""What a request asks of a list (``limit``, ``cursor``, ``ordering``, ``count``), and the answer it gets."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import QueryDict
from django.utils.translation import gettext as _
from rest_framework.request import Request
from rest_framework.utils.urls import remove_query_param, replace_query_param

from api.cursors import Cursor
from api.exceptions import Fault, InvalidInput
from api.ordering import Orderings, sort_named
from api.pages import Page, estimated_count, keyset_page
from api.ranking import Ranking
from api.representation import Representation

DEFAULT_LIMIT = 50
MAX_LIMIT = 200
COUNTS = ("exact", "estimate")
PARAMETERS = ("limit", "cursor", "ordering", "count")


@dataclass(frozen=True, slots=True)
class PageRequest:
    """Which page of a list is asked for."""

    limit: int = DEFAULT_LIMIT
    cursor: str | None = None
    ordering: str | None = None
    count: str | None = None

    @classmethod
    def from_parameters(cls, parameters: QueryDict) -> "PageRequest":
        """Read the parameters of an address. Raises ``InvalidInput``; an empty parameter counts as absent."""
        given = {name: _only(parameters, name) for name in PARAMETERS if parameters.get(name)}
        return cls(_limit(given.get("limit")), given.get("cursor"), given.get("ordering"), _count(given.get("count")))

    @classmethod
    def from_body(cls, body: Mapping[str, Any]) -> "PageRequest":
        """Read a validated body, in which every key is optional."""
        return cls(**{name: body[name] for name in PARAMETERS if body.get(name) is not None})

    def page(
        self,
        queryset: "QuerySet[Any, Any]",
        orderings: Orderings,
        default_ordering: str,
        representation: Representation | None = None,
    ) -> Page:
        """Return the page in keyset order. Raises ``InvalidInput`` for an unknown ordering or a strange cursor."""
        sort = sort_named(self.ordering or default_ordering, orderings)
        return keyset_page(queryset, sort, limit=self.limit, cursor=self.cursor, representation=representation)

    def best(self, rows: "QuerySet[Any, Any]", ranking: Ranking, representation: Representation | None = None) -> Page:
        """Return the best of a search among ``rows``: one page without cursors, in one query."""
        if self.cursor:
            detail = _("A search has one page: raise the limit, narrow the search, or name an ordering.")
            raise InvalidInput(Fault(detail, "cursor", ("cursor",)))
        ranked = rows.filter(pk__in=ranking.first_of(rows)).order_by(*ranking.order_by, "pk")[: self.limit]
        return Page(representation.rows(ranked) if representation else list(ranked))

    def counted(self, queryset: "QuerySet[Any, Any]") -> dict[str, int]:
        """Return ``count`` where it is asked for, else nothing."""
        if self.count is None:
            return {}
        return {"count": queryset.count() if self.count == "exact" else estimated_count(queryset)}


def _only(parameters: QueryDict, name: str) -> str:
    values = parameters.getlist(name)
    if len(values) > 1:
        raise InvalidInput(Fault(_("Give this once."), "repeated", parameter=name))
    return values[0]


def _limit(text: str | None) -> int:
    if text is None:
        return DEFAULT_LIMIT
    if text.isascii() and text.isdigit() and len(text) < 10 and 1 <= int(text) <= MAX_LIMIT:  # noqa: PLR2004  # no limit has 10 digits
        return int(text)
    detail = _("Give a whole number from 1 to %(most)s.") % {"most": MAX_LIMIT}
    raise InvalidInput(Fault(detail, "limit", parameter="limit"))


def _count(text: str | None) -> str | None:
    if text is None or text in COUNTS:
        return text
    raise InvalidInput(Fault(_("Give “exact” or “estimate”."), "count", parameter="count"))


def page_links(request: Request, page: Page) -> dict[str, str | None]:
    """Return ``next`` and ``previous`` as the request's address with another cursor."""
    here = remove_query_param(request.build_absolute_uri(), "cursor")
    return {"next": _link(here, page.next), "previous": _link(here, page.previous)}


def _link(here: str, cursor: Cursor | None) -> str | None:
    return replace_query_param(here, "cursor", str(cursor)) if cursor else None


def page_cursors(page: Page) -> dict[str, str | None]:
    """Return ``next`` and ``previous`` as bare cursors, to put into the body of the next request."""
    return {"next": str(page.next) if page.next else None, "previous": str(page.previous) if page.previous else None}
