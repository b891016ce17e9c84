"""One id, one line and one count for each request."""

import re
import uuid
from collections.abc import Callable
from time import perf_counter
from typing import Any

import structlog
from django.contrib.auth.models import AbstractBaseUser
from django.db import connection
from django.http import HttpRequest, HttpResponseBase

from crm_project.telemetry.metrics import count_request
from crm_project.telemetry.routes import STATIC, route_of

HEADER = "X-Request-ID"
SANE = re.compile(r"[A-Za-z0-9_-]{8,64}")
# Asked every few seconds, or with every page: counted, and logged only where DEBUG lines are.
QUIET = {"/health/", "/health/ready/", "/metrics/", STATIC}
logger = structlog.stdlib.get_logger(__name__)


class DatabaseUse:
    """Counts statements and the seconds spent waiting for them."""

    def __init__(self) -> None:
        self.queries = 0
        self.seconds = 0.0

    def __call__(self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any) -> Any:  # noqa: FBT001  # Django's signature
        began = perf_counter()
        try:
            return execute(sql, params, many, context)
        finally:
            self.queries += 1
            self.seconds += perf_counter() - began


def observe(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Give the request its id, and say afterwards what became of it. Stands before every other middleware.

    An ``X-Request-ID`` that looks like one is kept, so that lines here can be found by what a proxy or a caller knows.
    """

    def middleware(request: HttpRequest) -> HttpResponseBase:
        given = request.headers.get(HEADER, "")
        request_id = given if SANE.fullmatch(given) else uuid.uuid4().hex
        structlog.contextvars.clear_contextvars()
        structlog.contextvars.bind_contextvars(request_id=request_id)
        began, use = perf_counter(), DatabaseUse()
        with connection.execute_wrapper(use):
            response = get_response(request)
        response.headers[HEADER] = request_id
        _record(request, response.status_code, perf_counter() - began, use)
        structlog.contextvars.clear_contextvars()
        return response

    return middleware


def _record(request: HttpRequest, status: int, seconds: float, use: DatabaseUse) -> None:
    route = route_of(request)
    method = request.method or ""
    count_request(
        method=method,
        route=route,
        status=status,
        seconds=seconds,
        queries=use.queries,
        waited=use.seconds,
    )
    say = logger.debug if route in QUIET else logger.info
    say(
        "request",
        method=method,
        route=route,
        status=status,
        ms=round(seconds * 1_000, 1),
        queries=use.queries,
        db_ms=round(use.seconds * 1_000, 1),
        user_id=_user_id(request),
    )


def _user_id(request: HttpRequest) -> str | None:
    """Return who asked, where that was found out in answering: it is not looked up for the sake of a line."""
    # By a token, else by the session.
    candidates: tuple[Any, ...] = (request.__dict__.get("user"), getattr(request, "_cached_user", None))
    for user in candidates:
        # Asked of the type: isinstance() would make a lazy user look themselves up.
        if issubclass(type(user), AbstractBaseUser):
            return str(user.pk)
    return None
