"""``/metrics``, for the eyes of those alone whom the settings name."""

import os
from hmac import compare_digest
from http import HTTPStatus
from ipaddress import ip_address

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_safe
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector

from api.addresses import client_address, is_within, peer_address
from crm_project.problems import problem
from crm_project.telemetry import MULTIPROCESS
from crm_project.telemetry.collectors import Broker, Database, Processes
from crm_project.telemetry.metrics import OF_THIS_PROCESS


@never_cache
@require_safe
def metrics(request: HttpRequest) -> HttpResponse:
    """Answer what Prometheus asks, to a bearer of METRICS_TOKEN and to addresses in METRICS_ALLOWED.

    Others get 401 where there is a token, else 404: then nobody can be let in by asking differently.
    """
    if _may_read(request):
        return HttpResponse(exposition(), content_type=CONTENT_TYPE_LATEST)
    if settings.METRICS_TOKEN:
        headers = {"WWW-Authenticate": 'Bearer realm="metrics"'}
        return problem(HTTPStatus.UNAUTHORIZED, _("Metrics are read with the bearer token."), headers=headers)
    return problem(HTTPStatus.NOT_FOUND, _("There is nothing here."))


def exposition() -> bytes:
    """Return what all processes of this web server counted, and how mail, broker and database are now."""
    registry = CollectorRegistry()
    if os.environ.get(MULTIPROCESS):
        MultiProcessCollector(registry)  # type: ignore[no-untyped-call]  # the package's own
    else:
        registry.register(OF_THIS_PROCESS)
    for collector in (Processes(), Broker(), Database()):
        registry.register(collector)
    return generate_latest(registry)


def _may_read(request: HttpRequest) -> bool:
    scheme, _space, token = request.headers.get("Authorization", "").partition(" ")
    if settings.METRICS_TOKEN and scheme.lower() == "bearer":
        return compare_digest(token.encode(), settings.METRICS_TOKEN.encode())
    if "X-Forwarded-For" in request.headers and not is_within(peer_address(request), settings.TRUSTED_PROXIES):
        return False  # through a proxy that nobody named, whose own address stands for everybody's
    caller = client_address(request)
    return bool(caller) and is_within(ip_address(caller), settings.METRICS_ALLOWED)
