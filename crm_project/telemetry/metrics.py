"""What web processes count, in the words of Prometheus.

Under gunicorn (``crm_project.serving``) each process writes into files that the one asked for ``/metrics`` adds up.
"""

from http import HTTPMethod

from prometheus_client import CollectorRegistry, Counter, Histogram, disable_created_metrics

BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0)
METHODS = {*HTTPMethod}
# Else a second series for each, of times that nobody asks for.
disable_created_metrics()  # type: ignore[no-untyped-call]  # the package's own
OF_THIS_PROCESS = CollectorRegistry()

REQUESTS = Counter(
    "crm_http_requests",
    "Requests answered, by method, route and class of status.",
    ["method", "route", "status"],
    registry=OF_THIS_PROCESS,
)
SECONDS = Histogram(
    "crm_http_request_seconds",
    "Seconds until the answer began, by method and route.",
    ["method", "route"],
    buckets=BUCKETS,
    registry=OF_THIS_PROCESS,
)
QUERIES = Counter(
    "crm_http_database_queries",
    "Statements sent to the database while answering, by route.",
    ["route"],
    registry=OF_THIS_PROCESS,
)
WAITED = Counter(
    "crm_http_database_seconds",
    "Seconds spent waiting for the database while answering, by route.",
    ["route"],
    registry=OF_THIS_PROCESS,
)


def count_request(*, method: str, route: str, status: int, seconds: float, queries: int, waited: float) -> None:
    """Count one answered request; ``seconds`` and ``waited`` are seconds. A method that HTTP does not know is OTHER."""
    known = method if method in METHODS else "OTHER"
    REQUESTS.labels(known, route, f"{status // 100}xx").inc()
    SECONDS.labels(known, route).observe(seconds)
    QUERIES.labels(route).inc(queries)
    WAITED.labels(route).inc(waited)
