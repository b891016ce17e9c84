"""Every declared filter of the project: there is one for what a list shows, and none sees more than its caller."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.exceptions import EmptyResultSet
from django.db.models import Q

from api.checks import Route, api_routes
from api.filters import ChoiceFilter, Filter, FilterContext, IdFilter, ObjectFilter
from api.filters.scalars import BooleanFilter, CountFilter, DateTimeFilter
from api.resources import ResourceViewSet

pytestmark = pytest.mark.django_db
LISTS: dict[str, Any] = {
    f"{route.view.__name__} {route.pattern}": route.view
    for route in api_routes()
    if issubclass(route.view, ResourceViewSet) and {*route.actions.values()} & {*route.view.listed_by_parameters}
}
every_list = pytest.mark.parametrize("view", LISTS.values(), ids=LISTS)


def is_covered(view: Any, name: str, column: str) -> bool:
    """Tell whether lists can be filtered or ordered by the field: by its name, or by the column that it shows."""
    columns = {declared.column.partition("__")[0] for declared in view.filters.filters.values()}
    columns |= {ordering.key for ordering in view.orderings.values() if isinstance(ordering.key, str)}
    names = {*view.filters.filters, *view.orderings, *columns}
    return name in names or column in names or column.removesuffix("_id") in names


def shown_columns(view: Any) -> Iterator[tuple[str, str]]:
    """Yield the fields of the list that show a column of the model, and that column."""
    columns = {field.attname for field in view.model._meta.concrete_fields}
    columns |= {field.name for field in view.model._meta.concrete_fields}
    for name, field in view.serializer_class().fields.items():
        if not field.write_only and (field.source in columns or field.source == "*"):
            yield name, str(field.source)


@every_list
def test_each_field_has_a_filter_an_ordering_or_a_reason(view: Any) -> None:
    missing = {name for name, column in shown_columns(view) if not is_covered(view, name, column)}

    assert missing == {*view.unfiltered}
    assert all(view.unfiltered.values())


def sample(declared: Filter) -> Any:
    """Return a value that the filter takes."""
    if isinstance(declared, ObjectFilter):
        return {name: sample(member) for name, member in declared.members.items()}
    if isinstance(declared, ChoiceFilter):
        return next(iter(declared.choices))
    if isinstance(declared, IdFilter):
        return "0190163d-8694-739b-aea5-966c26f8ad91"
    simple: dict[type[Filter], Any] = {CountFilter: 2, DateTimeFilter: "2026-01-01", BooleanFilter: True}
    return next((value for kind, value in simple.items() if isinstance(declared, kind)), "Ann")


def samples(declared: Filter) -> Iterator[tuple[str, Any]]:
    """Yield values for the filter: a whole object, and each of its keys alone, but for one that it cannot lack."""
    whole = sample(declared)
    yield "", whole
    if isinstance(declared, ObjectFilter):
        needed = {declared.required: whole[declared.required]} if declared.required else {}
        for key, value in whole.items():
            yield f".{key}", {**needed, key: value}


def sql(model: Any, condition: Q) -> str:
    """Return the statement, with every moment read as the same."""
    try:
        return re.sub(
            r"\d{4}-\d\d-\d\d \d\d:\d\d:\d\d\.\d+", "now", str(model._default_manager.filter(condition).query)
        )
    except EmptyResultSet:
        return "nothing"


FILTERS = [
    pytest.param(view, name, value, id=f"{view.__name__} {name}{key}")
    for view in {view.filters.name: view for view in LISTS.values()}.values()
    for name, declared in view.filters.filters.items()
    for key, value in samples(declared)
]


@pytest.mark.parametrize(("view", "name", "value"), FILTERS)
def test_filter_by_other_records_sees_those_of_its_caller_alone(
    view: Any, name: str, value: Any, client: Any, librarian: Any, outsider: Any
) -> None:
    """Where a filter looks into other records, another caller must make it look into others."""
    read = view.filters.read({**context_of(view, name), name: value})

    for_admin, for_outsider = (sql(view.model, read.tree.q(FilterContext(caller))) for caller in (librarian, outsider))

    looks_elsewhere = " FROM " in for_admin.partition(" WHERE ")[2]
    assert (for_admin != for_outsider) is looks_elsewhere, for_outsider


def context_of(view: Any, name: str) -> dict[str, Any]:
    """Return the filters without which this one is refused."""
    needs_role = view.filters.name == "people_by_number" and name in ("min_events", "max_events")
    return {"role": "owner"} if needs_role else {}


def test_route_of_a_list_is_known() -> None:
    assert all(isinstance(route, Route) for route in api_routes())
    assert len(LISTS) >= 10
