"""Orderings that a resource declares: each a key backed by an index, with the id as tie-breaker.

The index is ``(key, id)``; the descending order reads it backwards. A key is never null: a nullable column is ordered
by an indexed ``Coalesce``, which gives its nulls a fixed place (a row comparison would drop them).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from django.db.models import F, QuerySet
from django.db.models.expressions import Expression, OrderBy
from django.db.models.fields import Field
from django.db.models.fields.tuple_lookups import (  # type: ignore[import-untyped]  # the stubs leave this module out
    Tuple,
    TupleGreaterThan,
    TupleGreaterThanOrEqual,
    TupleLessThan,
    TupleLessThanOrEqual,
)
from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from api.names import unknown_name

Key = Expression | F
LOOKUPS = {
    ("after", False): TupleGreaterThan,
    ("from", False): TupleGreaterThanOrEqual,
    ("before", False): TupleLessThan,
    ("to", False): TupleLessThanOrEqual,
    ("after", True): TupleLessThan,
    ("from", True): TupleLessThanOrEqual,
    ("before", True): TupleGreaterThan,
    ("to", True): TupleGreaterThanOrEqual,
}


@dataclass(frozen=True, slots=True)
class Ordering:
    """One declared ordering: the name of a column, or an expression that an index holds.

    ``through`` names the row beside the object, one to one, that has the key in a column (``counts__hosted``). Its own
    key breaks ties, so that one index of that row's table serves, and an object without such a row is not listed.
    """

    key: str | Key
    label: str = field(default="", kw_only=True)
    through: str = field(default="", kw_only=True)

    @property
    def expression(self) -> Key:
        """Return the key as an expression."""
        return F(self.key) if isinstance(self.key, str) else self.key


Orderings = Mapping[str, Ordering]


@dataclass(frozen=True, slots=True)
class Sort:
    """An ordering in one direction, as ``name`` (ascending) or ``-name`` asks for it."""

    name: str
    key: str | Key
    expression: Key
    descending: bool
    through: str = ""

    @property
    def tie_breaker(self) -> F:
        """Return the id that orders rows of equal keys."""
        return F(f"{self.through}__pk" if self.through else "pk")

    def placed(self, queryset: QuerySet[Any, Any]) -> QuerySet[Any, Any]:
        """Return the rows that have a place in this ordering. An inner join: an outer one is never begun at its end."""
        return queryset.filter(**{f"{self.through}__isnull": False}) if self.through else queryset

    def order_by(self, *, backwards: bool = False) -> tuple[OrderBy, OrderBy]:
        """Return what orders a queryset, turned round for reading ``backwards``."""
        descending = self.descending != backwards
        return OrderBy(self.expression, descending=descending), OrderBy(self.tie_breaker, descending=descending)

    def beyond(self, relation: str, key: Any, pk: Any) -> Any:
        """Return the row comparison for the rows ``after``, ``from``, ``before`` or ``to`` the place (key, pk)."""
        return LOOKUPS[relation, self.descending](Tuple(self.expression, self.tie_breaker), (key, pk))

    def key_field(self, queryset: QuerySet[Any, Any]) -> "Field[Any, Any]":
        """Return the field whose values the key has."""
        output: Field[Any, Any] = self.expression.resolve_expression(queryset.query).output_field
        return output


def sort_named(name: str, orderings: Orderings) -> Sort:
    """Return the ordering that ``name`` or ``-name`` asks for. Raises ``InvalidInput`` that lists the possible ones."""
    descending = name.startswith("-")
    ordering = orderings.get(name.removeprefix("-"))
    if ordering is None:
        hint = _("Each also descending, with “-” before it.")
        detail = f"{unknown_name(name.removeprefix('-'), orderings)} {hint}"
        raise InvalidInput(Fault(detail, "unknown_ordering", ("ordering",)))
    return Sort(name, ordering.key, ordering.expression, descending, ordering.through)


def ordering_names(orderings: Orderings) -> list[str]:
    """Return every name that ``ordering`` accepts."""
    return [signed for name in orderings for signed in (name, f"-{name}")]
