"""Whether a request came by HTTPS is a proxy's word, and only proxies that TRUSTED_PROXIES names are taken at it."""

from collections.abc import Callable

from django.conf import settings
from django.http import HttpRequest, HttpResponseBase

from api.addresses import is_within, peer_address

HEADER = "HTTP_X_FORWARDED_PROTO"


def distrust_strangers(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """Forget ``X-Forwarded-Proto`` of a peer that is no trusted proxy. Stands before all that asks ``is_secure()``."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        if HEADER in request.META and not is_within(peer_address(request), settings.TRUSTED_PROXIES):
            del request.META[HEADER]
        return get_response(request)

    return middleware
