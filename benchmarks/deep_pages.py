"""P3: pages far down against the first, by the API's own cursors over HTTP."""

from collections.abc import Iterable
from typing import Any

from django.db.models import QuerySet

from api.cursors import Cursor
from api.ordering import Sort, sort_named
from benchmarks import by_counts
from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import interleaved
from benchmarks.scales import Scale
from benchmarks.web.client import Caller
from benchmarks.web.servers import PRODUCT, served
from users.filters import people_orderings
from users.models import User

PAGE = 50
DEEP = 10_000
LIMIT = Limit("≤", 1.5)


def run(scale: Scale) -> RowResult:
    """Time the last full page of P2 and page 10,000 of everybody (or the last, of fewer) against page 1."""
    by_name = sort_named("name", people_orderings)
    everybody = User.objects.order_by(*by_name.order_by())
    pages = min(DEEP, everybody.count() // PAGE)
    with served(PRODUCT) as port:
        caller = Caller(port)
        by_counts_page = _compared(
            caller, scale, "the last full page of P2", by_counts.PARAMETERS, by_counts.found(), by_counts.sort()
        )
        deep = _compared(
            caller, scale, f"page {pages:,} of all people", {"ordering": "name"}, everybody[: pages * PAGE], by_name
        )
    return RowResult("P3", [by_counts_page, deep])


def _compared(
    caller: Caller, scale: Scale, work: str, parameters: dict[str, str], people: "QuerySet[User]", sort: Sort
) -> Comparison:
    places = people.values_list(sort.expression, "pk")
    number = people.count()
    size = min(PAGE, number // 2)
    before, *last = places[number - size - 1 : number]
    first = {**parameters, "limit": str(size)}
    deep = {**first, "cursor": str(Cursor(sort.name, "after", *before))}
    _check(caller.ids(first), places[:size])
    _check(caller.ids(deep), last)
    works = {"deep": caller.requests(deep, scale.requests), "first": caller.requests(first, scale.requests)}
    seconds = interleaved(works, rounds=scale.rounds * scale.turns)
    return Comparison(work, "page 1 of the same", seconds["deep"], seconds["first"], LIMIT, gross=5)


def _check(ids: list[str], places: Iterable[tuple[Any, Any]]) -> None:
    if ids != [str(pk) for _key, pk in places]:
        raise WrongResultError(f"A page by cursor is not the page by position: {ids}")
