"""P2: who hosted 2 to 5 events and attended at least 3, sorted by hosted: stored counters against counting."""

from typing import Any

from django.db.models import Q, QuerySet

from api.filters import FilterContext
from api.ordering import Sort, sort_named
from benchmarks import filtered_page
from benchmarks.database import staff
from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import interleaved, timed
from benchmarks.scales import Scale
from benchmarks.web.client import Caller
from benchmarks.web.servers import PRODUCT, served
from users.filters import people_filters, people_orderings
from users.models import User

FILTER = {"min_events_hosted": 2, "max_events_hosted": 5, "min_events_attended": 3}
ORDERING = "hosted_count"
PARAMETERS = {**{name: str(value) for name, value in FILTER.items()}, "ordering": ORDERING}
PAGE = 50


def found() -> "QuerySet[User]":
    """Return the people as the API's own declarations find them."""
    caller = staff()
    read = people_filters.read(FILTER)
    return User.objects.visible_to(caller).filter(read.q(FilterContext(caller))).order_by(*sort().order_by())


def sort() -> Sort:
    """Return the API's ordering."""
    return sort_named(ORDERING, people_orderings)


def counted() -> "QuerySet[User]":
    """Return the same people by counting their relations: two filtered counts over one join."""
    enough = Q(counted_hosted__gte=2, counted_hosted__lte=5, counted_attended__gte=3)
    return User.objects.with_event_counts().filter(enough).order_by("counted_hosted", "pk")


def run(scale: Scale) -> RowResult:
    """Time the two querysets in turn, then the page over HTTP against that of P1."""
    if _ids(found()) != _ids(counted()):
        raise WrongResultError("The counters and the counted relations find different people.")
    columns = [field.attname for field in User._meta.concrete_fields]
    seconds = interleaved(
        {
            "columns": lambda: timed(lambda: list(found().values_list(*columns)[:PAGE])),
            "counts": lambda: timed(lambda: list(counted().values_list(*columns)[:PAGE])),
        },
        rounds=scale.rounds,
    )
    speed = Comparison(
        work="queryset of the first 50 who hosted 2 to 5 and attended at least 3, sorted by hosted",
        peer="the usual double `Count` annotation",
        ours=seconds["columns"],
        theirs=seconds["counts"],
        limit=Limit("≥", 3000),
        gross=1,
    )
    return RowResult("P2", [speed, _over_http(scale)])


def _ids(people: "QuerySet[User]") -> list[Any]:
    return list(people.values_list("pk", flat=True))


def _over_http(scale: Scale) -> Comparison:
    with served(PRODUCT) as port:
        caller = Caller(port)
        works = {
            "counts": caller.requests(PARAMETERS, scale.requests),
            "profile": caller.requests(filtered_page.filters(), scale.requests),
        }
        seconds = interleaved(works, rounds=scale.rounds * scale.turns)
    return Comparison(
        work="the same over HTTP",
        peer="the page of P1 over HTTP",
        ours=seconds["counts"],
        theirs=seconds["profile"],
        limit=Limit("≤", 1.5),
        gross=20,
    )
