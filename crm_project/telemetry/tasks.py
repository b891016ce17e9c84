"""A request's id goes along with what it rings for, and every line of the worker names it."""

from time import perf_counter
from typing import Any

import structlog
from celery.signals import before_task_publish, setup_logging, task_postrun, task_prerun

HEADER = "request_id"
logger = structlog.stdlib.get_logger(__name__)


def send_along(headers: dict[str, Any], **_: Any) -> None:
    """Put the id of the request that publishes into the message."""
    if request_id := structlog.contextvars.get_contextvars().get("request_id"):
        headers[HEADER] = request_id


def begin(task: Any, **_: Any) -> None:
    """Name task and request in every line from now on."""
    structlog.contextvars.clear_contextvars()
    known = {"request_id": request_id} if (request_id := task.request.get(HEADER)) else {}
    structlog.contextvars.bind_contextvars(task=task.name, **known)
    task.request.update(began=perf_counter())


def end(task: Any, state: str | None = None, **_: Any) -> None:
    """Say how long it took: a tick of the clock, which no request rang for, where DEBUG lines are logged only."""
    say = logger.info if task.request.get(HEADER) else logger.debug
    say("task", state=state, ms=round((perf_counter() - task.request.get("began", perf_counter())) * 1_000, 1))
    structlog.contextvars.clear_contextvars()


def keep_our_logging(**_: Any) -> None:
    """Be there: Celery then leaves the loggers as Django's settings made them."""


def connect() -> None:
    """Listen to Celery's signals."""
    before_task_publish.connect(send_along)
    task_prerun.connect(begin)
    task_postrun.connect(end)
    setup_logging.connect(keep_our_logging)
