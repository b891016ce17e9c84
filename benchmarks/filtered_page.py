"""P1: the page of people of one company, city and job title, over HTTP, against the least that answers the same."""

from django.db.models import Count

from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import interleaved
from benchmarks.scales import Scale
from benchmarks.web.client import Caller
from benchmarks.web.servers import FLOOR, PRODUCT, served
from users.models import User


def filters() -> dict[str, str]:
    """Return the company, city and job title that most people share."""
    named = User.objects.exclude(company="").exclude(city="").exclude(job_title="")
    shared = named.values("company", "city", "job_title").annotate(people=Count("pk")).order_by("-people", "company")
    commonest = shared[0]
    return {name: commonest[name] for name in ("company", "city", "job_title")}


def run(scale: Scale) -> RowResult:
    """Time both servers in turn, after comparing their answers byte by byte."""
    parameters = filters()
    with served(PRODUCT) as product_port, served(FLOOR) as floor_port:
        product, floor = Caller(product_port), Caller(floor_port)
        if product.get(parameters) != floor.get(parameters):
            raise WrongResultError(f"{product.get(parameters)!r}\n{floor.get(parameters)!r}")
        works = {
            "product": product.requests(parameters, scale.requests),
            "floor": floor.requests(parameters, scale.requests),
        }
        seconds = interleaved(works, rounds=scale.rounds * scale.turns)
        people = len(product.ids(parameters))
    comparison = Comparison(
        work=f"page of {people} people with counts, filtered by company, city and job title, with JWT, over HTTP",
        peer="bare WSGI on the same gunicorn: psycopg and json.dumps of the same bytes",
        ours=seconds["product"],
        theirs=seconds["floor"],
        limit=Limit("≥", 0.4),
        gross=0.03,
    )
    return RowResult("P1", [comparison])
