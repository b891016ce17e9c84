"""Error reports to Sentry where SENTRY_DSN names it: which error, where in the code, on which route."""

from typing import Any

import sentry_sdk
import structlog
from django.core.exceptions import ImproperlyConfigured
from sentry_sdk.integrations.celery import CeleryIntegration
from sentry_sdk.integrations.django import DjangoIntegration
from sentry_sdk.types import Event, Hint
from sentry_sdk.utils import BadDsn, Dsn

from crm_project.telemetry.scrubbing import scrub

# All that a report is made of. What else an SDK gathers (the request, breadcrumbs, the host, extras) stays here.
KEPT = (
    "environment",
    "event_id",
    "exception",
    "level",
    "logentry",
    "logger",
    "platform",
    "release",
    "sdk",
    "timestamp",
)
CONTEXTS = ("runtime", "trace")


def start(dsn: str) -> None:
    """Report errors of this process to ``dsn`` from now on. Raises ``ImproperlyConfigured`` where that is none."""
    try:
        Dsn(dsn)
    except BadDsn as error:
        raise ImproperlyConfigured("SENTRY_DSN names no project. Write it as https://key@host/number.") from error
    sentry_sdk.init(
        dsn=dsn,
        integrations=[DjangoIntegration(transaction_style="url"), CeleryIntegration()],
        auto_enabling_integrations=False,
        before_send=without_anything_personal,
        include_local_variables=False,
        max_request_body_size="never",
        max_breadcrumbs=0,
        auto_session_tracking=False,
        send_client_reports=False,
        trace_propagation_targets=[],
    )


def without_anything_personal(event: Event, _hint: Hint) -> Event:
    """Return what may leave: the error without values of variables, the route, the ids of request and person."""
    given: dict[str, Any] = dict(event)
    report: dict[str, Any] = {name: given[name] for name in KEPT if name in given}
    report["contexts"] = {name: given.get("contexts", {}).get(name, {}) for name in CONTEXTS}
    # Where no route was found the SDK takes the path, and an id or a token may stand in that.
    if given.get("transaction_info", {}).get("source") in {"route", "task"}:
        report["transaction"] = given.get("transaction")
    known = structlog.contextvars.get_contextvars()
    report["tags"] = {"request_id": known["request_id"]} if "request_id" in known else {}
    if person := (given.get("user") or {}).get("id"):
        report["user"] = {"id": person}
    scrubbed: Event = scrub(report)
    return scrubbed
