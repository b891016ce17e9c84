"""How lines are logged: JSON in production, readable in development, scrubbed in both, on the standard error.

Known to web processes, workers and gunicorn itself, so nothing here needs Django to be set up.
"""

import copy
import logging
from http import HTTPStatus
from typing import Any

import orjson
import structlog
from structlog.typing import EventDict, Processor, WrappedLogger

from crm_project.telemetry.scrubbing import scrub

# Loggers that say too much, or what the line of the request says already.
LEVELS = {
    "django.request": "ERROR",
    "django.server": "CRITICAL",
    "gunicorn.access": "CRITICAL",
    "environ": "WARNING",
    "celery": "WARNING",
    "kombu": "WARNING",
    "amqp": "WARNING",
}
FILTERS = {"django.request": ["faults"]}
OWN = ("timestamp", "level", "logger", "request_id", "method", "route", "user_id", "task")
OTHER_HANDLERS = ("django", "gunicorn.error")


def configuration(*, json: bool, level: str = "INFO") -> dict[str, Any]:
    """Return what ``logging.config.dictConfig`` takes."""
    return {
        "version": 1,
        "disable_existing_loggers": False,
        "formatters": {"line": {"()": LineFormatter, **_processors(json=json)}},
        "filters": {"faults": {"()": lambda: is_a_fault}},
        "handlers": {"stderr": {"class": "logging.StreamHandler", "formatter": "line"}},
        "root": {"handlers": ["stderr"], "level": level},
        # All go the root's way: what Django and gunicorn had set up for themselves is replaced.
        "loggers": {
            **{name: {"handlers": [], "level": "NOTSET", "propagate": True} for name in OTHER_HANDLERS},
            **{
                name: {"handlers": [], "level": quiet, "propagate": True, "filters": FILTERS.get(name, [])}
                for name, quiet in LEVELS.items()
            },
        },
    }


def is_a_fault(record: logging.LogRecord) -> bool:
    """Tell an error from a 503 that was meant: who asks a crowd to come back reports nothing, thousands of times."""
    return getattr(record, "status_code", None) != HTTPStatus.SERVICE_UNAVAILABLE or record.exc_info is not None


def start(*, json: bool) -> None:
    """Send structlog's own lines, and with ``json`` Python's warnings, through the standard library's loggers."""
    logging.captureWarnings(json)
    structlog.configure(
        processors=[structlog.stdlib.filter_by_level, structlog.stdlib.ProcessorFormatter.wrap_for_formatter],
        logger_factory=structlog.stdlib.LoggerFactory(),
        wrapper_class=structlog.stdlib.BoundLogger,
    )


class LineFormatter(structlog.stdlib.ProcessorFormatter):
    """Writes one line, with the route where Django's own messages name the path, in which ids and tokens stand."""

    def format(self, record: logging.LogRecord) -> str:
        request: Any = getattr(record, "request", None)
        if hasattr(request, "resolver_match") and isinstance(record.args, tuple) and request.path in record.args:
            from crm_project.telemetry.routes import route_of

            record = copy.copy(record)
            route = route_of(request)
            record.args = tuple(route if value == request.path else value for value in record.args or ())
        return super().format(record)


def without_anything_personal(_logger: WrappedLogger, _method: str, line: EventDict) -> EventDict:
    """Scrub all of the line but what is of our own making, which most lines consist of."""
    scrubbed: EventDict = scrub({name: value for name, value in line.items() if name not in OWN})
    scrubbed.update({name: line[name] for name in OWN if name in line})
    return scrubbed


def _processors(*, json: bool) -> dict[str, list[Processor]]:
    shared: list[Processor] = [
        structlog.contextvars.merge_contextvars,
        structlog.stdlib.add_log_level,
        structlog.stdlib.add_logger_name,
        structlog.processors.TimeStamper(fmt="iso", utc=True),
        structlog.stdlib.ProcessorFormatter.remove_processors_meta,
        # A traceback with the lines of the source and without the values of variables.
        structlog.processors.format_exc_info,
        without_anything_personal,
    ]
    console = structlog.dev.ConsoleRenderer(colors=False, exception_formatter=structlog.dev.plain_traceback)
    renderer: Processor = structlog.processors.JSONRenderer(_json) if json else console
    return {"processors": [*shared, renderer]}


def _json(line: EventDict, **_: Any) -> str:
    return orjson.dumps(line, default=repr, option=orjson.OPT_NON_STR_KEYS).decode()
