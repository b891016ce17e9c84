"""What load balancers and supervisors ask: whether the process lives, and whether it can serve.

Both answer without sign-in, to GET and HEAD, and say nothing about the installation but the state of its parts.
"""

import logging
from functools import cache
from http import HTTPStatus

import redis
from django.conf import settings
from django.db import Error, connection, transaction
from django.db.migrations.loader import MigrationLoader
from django.db.migrations.recorder import MigrationRecorder
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from redis.backoff import NoBackoff
from redis.retry import Retry

from crm_project import embedded
from crm_project.problems import problem

OK, MISSING, UNREACHABLE, UNKNOWN = "ok", "missing", "unreachable", "unknown"
STATEMENT_MILLISECONDS = 2_000
BROKER_SECONDS = 1
logger = logging.getLogger(__name__)


@never_cache
@require_safe
def alive(_request: HttpRequest) -> HttpResponse:
    """Answer 200 as long as the process answers at all; nothing else is asked, or its restart would cure nothing."""
    return JsonResponse({"status": "ok"})


@never_cache
@require_safe
def ready(_request: HttpRequest) -> HttpResponse:
    """Answer 200 where requests can be served, else 503 with a problem.

    Without the broker they can: work waits in the database until the next tick, so that state is only ``degraded``.
    """
    checks = {**database_state(), "broker": broker_state()}
    if checks["database"] != OK:
        return _unavailable("The database does not answer.", checks)
    if checks["migrations"] != OK:
        return _unavailable("The database lacks migrations: manage.py migrate.", checks)
    return JsonResponse({"status": "ok" if checks["broker"] == OK else "degraded", "checks": checks})


def database_state() -> dict[str, str]:
    """Tell whether the database answers in time and has every migration of this code (four short statements)."""
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("SELECT set_config('statement_timeout', %s, true)", [str(STATEMENT_MILLISECONDS)])
            applied = MigrationRecorder(connection).applied_migrations()
    except Error:
        logger.exception("The database does not answer the health check.")
        return {"database": UNREACHABLE, "migrations": UNKNOWN}
    return {"database": OK, "migrations": OK if known_migrations() <= applied.keys() else MISSING}


@cache
def known_migrations() -> frozenset[tuple[str, str]]:
    """Return the migrations of the code that runs, by app and name: read once, they change with a restart only."""
    return frozenset(MigrationLoader(None).graph.nodes)


def broker_state() -> str:
    """Tell whether the broker answers, without starting it."""
    if not settings.REDIS_URL:
        return OK if embedded.valkey().answers() else UNREACHABLE
    never = Retry(NoBackoff(), retries=0)
    times = {"socket_timeout": BROKER_SECONDS, "socket_connect_timeout": BROKER_SECONDS}
    try:
        with redis.Redis.from_url(settings.REDIS_URL, retry=never, **times) as client:
            return OK if client.ping() else UNREACHABLE
    except (redis.RedisError, ValueError):  # of an address that is none, too
        return UNREACHABLE


def _unavailable(detail: str, checks: dict[str, str]) -> HttpResponse:
    return problem(HTTPStatus.SERVICE_UNAVAILABLE, detail, headers={"Retry-After": "5"}, checks=checks)
