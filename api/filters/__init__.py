"""Typed filter declarations: one grammar for addresses, bodies, saved filters, the admin and commands."""

from api.filters.context import Caller, FilterContext
from api.filters.declarations import Filter, ManyFilter
from api.filters.facts import FactGroup, Facts, ObjectFilter
from api.filters.scalars import (
    AddressFilter,
    BooleanFilter,
    ChoiceFilter,
    CountFilter,
    DateTimeFilter,
    IdFilter,
    TextFilter,
)
from api.filters.search import SearchFilter
from api.filters.sets import FilterSet, ReadFilter
from api.filters.trees import empty_objects

__all__ = [
    "AddressFilter",
    "BooleanFilter",
    "Caller",
    "ChoiceFilter",
    "CountFilter",
    "DateTimeFilter",
    "FactGroup",
    "Facts",
    "Filter",
    "FilterContext",
    "FilterSet",
    "IdFilter",
    "ManyFilter",
    "ObjectFilter",
    "ReadFilter",
    "SearchFilter",
    "TextFilter",
    "empty_objects",
]
