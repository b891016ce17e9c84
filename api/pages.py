"""Keyset pages: page 10,000 costs what page 1 costs, and rows that come or go shift nothing."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from django.core.exceptions import ImproperlyConfigured
from django.db.models import DateTimeField, QuerySet

from api.cursors import Cursor, read_cursor
from api.ordering import Sort
from api.representation import IsoTime, Representation

KEY = "keyset_key"


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in their order, and the cursors of the pages before and behind them."""

    rows: list[Any]
    next: Cursor | None = None
    previous: Cursor | None = None


def keyset_page(
    queryset: "QuerySet[Any, Any]",
    sort: Sort,
    *,
    limit: int,
    cursor: str | None = None,
    representation: Representation | None = None,
) -> Page:
    """Return one page of ``queryset`` in one query: dicts by ``representation``, or instances without one.

    Raises ``InvalidInput`` for a cursor that is not one of this ordering.
    """
    queryset = sort.placed(queryset)
    place = _place(queryset, sort, cursor) if cursor else None
    backwards = place is not None and place.backwards
    if place is not None:
        queryset = queryset.filter(sort.beyond(place.relation, place.key, place.pk))
    ordered = queryset.order_by(*sort.order_by(backwards=backwards))
    found, read = _fetch(ordered, sort, limit + 1, representation)
    more, found = len(found) > limit, found[:limit]
    if backwards:
        found.reverse()
    following, preceding = _neighbours(found, sort, place, more=more)
    return Page([read(row) for row in found], following, preceding)


def _place(queryset: "QuerySet[Any, Any]", sort: Sort, cursor: str) -> Cursor:
    return read_cursor(cursor, sort.name, sort.key_field(queryset), queryset.model._meta.pk)


def _fetch(
    queryset: "QuerySet[Any, Any]", sort: Sort, number: int, representation: Representation | None
) -> tuple[list[Any], Callable[[Any], Any]]:
    """Return rows that end with key and id, and what turns such a row into an answer."""
    if representation is not None:
        # A cursor holds a time as text, so it need not become anything else on the way.
        timed = isinstance(sort.key, str) and isinstance(sort.key_field(queryset), DateTimeField)
        key = IsoTime(sort.expression) if timed else sort.key
        return list(queryset.values_list(*representation.columns, key, "pk")[:number]), representation.row
    instances = queryset.annotate(**{KEY: sort.expression})[:number]
    return [(row, getattr(row, KEY), row.pk) for row in instances], lambda row: row[0]


def _neighbours(
    found: list[Any], sort: Sort, place: Cursor | None, *, more: bool
) -> tuple[Cursor | None, Cursor | None]:
    """Return the cursors behind and before the rows. An empty page leads back to where it was asked from."""
    if not found:
        if place is None:
            return None, None
        back = Cursor(sort.name, "from" if place.backwards else "to", place.key, place.pk)
        return (back, None) if place.backwards else (None, back)
    backwards = place is not None and place.backwards
    following = _cursor(sort, "after", found[-1]) if more or backwards else None
    preceding = _cursor(sort, "before", found[0]) if (more if backwards else place is not None) else None
    return following, preceding


def _cursor(sort: Sort, relation: str, row: Any) -> Cursor:
    if row[-2] is None:
        raise ImproperlyConfigured(f"The ordering {sort.name} has a null key: order by a Coalesce of it.")
    return Cursor(sort.name, relation, row[-2], row[-1])


def estimated_count(queryset: "QuerySet[Any, Any]") -> int:
    """Return how many rows the planner expects, without counting them."""
    plan = queryset.order_by().explain(format="json")
    # Django sends nothing to the database for a condition that can hold for no row.
    return int(orjson.loads(plan)[0]["Plan"]["Plan Rows"]) if plan else 0
