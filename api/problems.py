"""Every error of the API as a problem (RFC 9457), ``application/problem+json`` for all but browsers.

Bodies have ``type``, ``title``, ``status``, ``detail`` and ``error`` (equal to ``detail``). ``type`` is ``about:blank``
but for a conflict that names its kind. Invalid input adds ``errors``, one entry per fault: ``code``, ``detail``
and ``pointer`` (a JSON pointer into the body) or ``parameter`` (of the address).
"""

import logging
from http import HTTPStatus
from typing import Any

import psycopg
from django.core.exceptions import NON_FIELD_ERRORS
from django.db import IntegrityError
from django.utils.translation import gettext as _
from drf_standardized_errors.formatter import ExceptionFormatter
from drf_standardized_errors.handler import ExceptionHandler
from drf_standardized_errors.types import ExceptionHandlerContext
from rest_framework.exceptions import APIException, ValidationError
from rest_framework.response import Response
from rest_framework.settings import api_settings

from api.constraints import names_in_body, refused_by_constraint
from api.exceptions import Collision, Conflict, Crowded, Fault, InvalidInput, Path
from api.translations import as_api_exception

WHOLE_DOCUMENT = (api_settings.NON_FIELD_ERRORS_KEY, NON_FIELD_ERRORS)
SHOWN_FAULTS = 3
logger = logging.getLogger(__name__)


def exception_handler(error: Exception, context: ExceptionHandlerContext) -> Response | None:
    """Answer ``error``: the hook named by ``REST_FRAMEWORK["EXCEPTION_HANDLER"]``."""
    answer: Response | None = ProblemHandler(error, context).run()
    return answer


class ProblemHandler(ExceptionHandler):
    """Handles every exception, with DEBUG on too, so that no client of JSON ever gets an HTML page."""

    def convert_known_exceptions(self, exc: Exception) -> Exception:
        if isinstance(exc, IntegrityError) and isinstance(exc.__cause__, psycopg.IntegrityError):
            return refused_by_constraint(exc, names_in_body(self.context.get("view")))
        return as_api_exception(exc)

    def should_not_handle(self, exc: Exception) -> bool:
        return False

    def convert_unhandled_exceptions(self, exc: Exception) -> APIException:
        if isinstance(exc, APIException):
            if exc is not self.exc and not isinstance(exc, ValidationError):
                logger.info("%s answered with %s: %s", type(self.exc).__name__, exc.status_code, self.exc)
            return exc
        return APIException(_("The server met an error. It has been recorded."))

    def report_exception(self, exc: APIException, response: Response) -> None:
        """Report errors; a crowd that is asked to come back is none."""
        if not isinstance(exc, Crowded):
            super().report_exception(exc, response)

    def format_exception(self, exc: APIException) -> dict[str, Any]:
        return ProblemFormatter(exc, self.context, self.exc).run()


class ProblemFormatter(ExceptionFormatter):
    """Writes the body of a problem."""

    def run(self) -> dict[str, Any]:
        faults = faults_of(self.exc)
        invalid = isinstance(self.exc, ValidationError) and faults
        detail = summary(faults) if invalid else sentence(self.exc.detail)
        problem = {
            "type": self.problem_type(),
            "title": HTTPStatus(self.exc.status_code).phrase,
            "status": int(self.exc.status_code),
            "detail": detail,
            "error": detail,
        }
        return {**problem, "errors": [fault.as_json() for fault in faults]} if faults else problem

    def problem_type(self) -> str:
        """Return the identifier of a conflict's kind, else ``about:blank``."""
        code = self.exc.get_codes()
        if isinstance(self.exc, Conflict) and isinstance(code, str) and code != Conflict.default_code:
            return f"/api/problems/{code}"
        return "about:blank"


def faults_of(error: APIException) -> list[Fault]:
    """Return what is wrong with what was sent; REST framework's nested dicts and lists become paths."""
    if isinstance(error, InvalidInput | Collision):
        return error.faults
    return _flattened(error.detail, ()) if isinstance(error, ValidationError) else []


def _flattened(detail: Any, path: Path) -> list[Fault]:
    if isinstance(detail, dict):
        steps = [(path if key in WHOLE_DOCUMENT else (*path, key), inner) for key, inner in detail.items()]
    elif isinstance(detail, list):
        plain = all(isinstance(inner, str) for inner in detail)
        steps = [(path if plain else (*path, index), inner) for index, inner in enumerate(detail)]
    else:
        return [Fault(str(detail), getattr(detail, "code", None) or "invalid", path)]
    return [fault for place, inner in steps for fault in _flattened(inner, place)]


def summary(faults: list[Fault]) -> str:
    """Return the first few faults as one text."""
    texts = [str(fault) for fault in faults[:SHOWN_FAULTS]]
    if len(faults) > SHOWN_FAULTS:
        texts.append(_("And %(number)s more.") % {"number": len(faults) - SHOWN_FAULTS})
    return " ".join(texts)


def sentence(detail: Any) -> str:
    """Return the one text of an exception that is not about input; some packages wrap it in a dict or a list."""
    if isinstance(detail, dict):
        return sentence(detail.get("detail") or next(iter(detail.values()), ""))
    if isinstance(detail, list):
        return sentence(detail[0]) if detail else ""
    return str(detail)
