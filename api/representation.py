"""Rows of the database as the dicts that the API answers with, without instances and per-field work.

The serializer declares the shape once, for reading and for writing and for the documentation; what a row shows comes
straight from its columns, in lists and single objects alike.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from django.db.models import F, Func, QuerySet, TextField
from django.db.models.expressions import Combinable
from rest_framework.fields import DateTimeField, Field
from rest_framework.serializers import Serializer

Row = dict[str, Any]
Column = str | Combinable


class IsoTime(Func):
    """A moment as ISO 8601 text with offset, written by the database.

    Django reads times by code in Python, which cost more than all other columns of a page together.
    """

    template = "(to_json(%(expressions)s) #>> '{}')"
    output_field = TextField()


@dataclass(frozen=True, slots=True)
class Representation:
    """The names of an answer and, in the same order, the column or expression that each comes from."""

    names: tuple[str, ...]
    columns: tuple[Column, ...]

    @classmethod
    def of(cls, columns: Mapping[str, Column]) -> "Representation":
        """Return the representation that shows each name's column."""
        return cls(tuple(columns), tuple(columns.values()))

    def rows(self, queryset: "QuerySet[Any, Any]") -> list[Row]:
        """Return the rows of ``queryset`` in one query."""
        return [self.row(values) for values in queryset.values_list(*self.columns)]

    def row(self, values: tuple[Any, ...]) -> Row:
        """Return one row from its values; further values are left out."""
        return dict(zip(self.names, values, strict=False))


@cache
def representation_of(serializer_class: Any) -> Representation:
    """Return the representation that a serializer class declares by its readable fields.

    A field shows its ``source`` (``event.title`` is a column of the related row), or its entry in
    ``Meta.expressions``, a mapping of names to expressions. Times are texts already.
    """
    serializer: Serializer[Any] = serializer_class()
    expressions = getattr(getattr(serializer_class, "Meta", None), "expressions", {})
    readable = {name: field for name, field in serializer.fields.items() if not field.write_only}
    return Representation.of({name: expressions.get(name) or _column(field) for name, field in readable.items()})


def _column(field: Field[Any, Any, Any, Any]) -> Column:
    column = str(field.source).replace(".", "__")
    return IsoTime(F(column)) if isinstance(field, DateTimeField) else column
