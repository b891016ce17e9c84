"""Typed filter declarations: one grammar for addresses, bodies, saved filters, the admin and commands."""

from api.filters.context import Caller, FilterContext
from api.filters.declarations import Filter, ManyFilter
from api.filters.facts import FactGroup, Facts, ObjectFilter
from api.filters.scalars import (
    AddressFilter,
    BooleanFilter,
    ChoiceFilter,
    DateTimeFilter,
    IdFilter,
    IntegerFilter,
    TextFilter,
)
from api.filters.search import SearchFilter
from api.filters.sets import FilterSet, ReadFilter

__all__ = [
    "AddressFilter",
    "BooleanFilter",
    "Caller",
    "ChoiceFilter",
    "DateTimeFilter",
    "FactGroup",
    "Facts",
    "Filter",
    "FilterContext",
    "FilterSet",
    "IdFilter",
    "IntegerFilter",
    "ManyFilter",
    "ObjectFilter",
    "ReadFilter",
    "SearchFilter",
    "TextFilter",
]
