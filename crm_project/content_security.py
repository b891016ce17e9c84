"""What a page may load and do: the strictest policy for the site, and what its parts need beyond, only there.

https://www.w3.org/TR/CSP3/ and https://www.w3.org/TR/permissions-policy/
"""

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from csp.constants import NONE, SELF, UNSAFE_EVAL, UNSAFE_INLINE
from csp.middleware import CSPMiddleware, PolicyParts
from django.http import HttpRequest, HttpResponseBase

Directives = dict[str, list[str]]

SITE: Directives = {
    "default-src": [SELF],
    "base-uri": [SELF],
    "form-action": [SELF],
    "frame-ancestors": [NONE],
    "img-src": [SELF, "data:"],
    "object-src": [NONE],
}
# What is no page (JSON, a file) has nothing to load, whoever makes a browser show it as one.
NO_PAGE: Directives = {name: [NONE] for name in ("default-src", "base-uri", "form-action", "frame-ancestors")}
# What the pages below a path need beyond the site's policy; the first that fits counts.
BEYOND: dict[str, Directives] = {
    # Alpine evaluates the expressions in unfold's attributes; unfold's colours and the previews of mail are styles
    # inside pages.
    "/admin/": {"script-src": [SELF, UNSAFE_EVAL], "style-src": [SELF, UNSAFE_INLINE]},
    "/api/redoc/": {"style-src": [SELF, UNSAFE_INLINE], "worker-src": ["blob:"]},
    # Swagger UI's and REST framework's pages make styles as they go.
    "/api/": {"style-src": [SELF, UNSAFE_INLINE]},
}
FEATURES = (
    "accelerometer",
    "camera",
    "display-capture",
    "geolocation",
    "gyroscope",
    "magnetometer",
    "microphone",
    "midi",
    "payment",
    "usb",
)
PERMISSIONS = ", ".join(f"{feature}=()" for feature in FEATURES)
# The door of an event reads tickets with the camera.
PERMISSIONS_AT_THE_DOOR = PERMISSIONS.replace("camera=()", "camera=(self)")
DOOR = re.compile(r"/admin/events/event/[^/]+/check-in/")


class ContentSecurityMiddleware(CSPMiddleware):
    """Names the policy by what the answer is and where it stands."""

    def get_policy_parts(
        self,
        request: HttpRequest,
        response: HttpResponseBase,
        report_only: bool = False,  # noqa: FBT001, FBT002  # django-csp's signature
    ) -> PolicyParts:
        parts = super().get_policy_parts(request, response, report_only)
        if report_only:
            return parts
        if not response.get("Content-Type", "").startswith("text/html"):
            return replace(parts, config=NO_PAGE)
        return replace(parts, replace=_beyond(request.path_info))


def permissions_policy(get_response: Callable[[HttpRequest], HttpResponseBase]) -> Callable[..., Any]:
    """Switch off, for our pages and what they frame, what browsers could do and nothing here needs."""

    def middleware(request: HttpRequest) -> HttpResponseBase:
        response = get_response(request)
        at_the_door = DOOR.fullmatch(request.path_info)
        response.headers.setdefault("Permissions-Policy", PERMISSIONS_AT_THE_DOOR if at_the_door else PERMISSIONS)
        return response

    return middleware


def _beyond(path: str) -> Directives:
    return next((directives for prefix, directives in BEYOND.items() if path.startswith(prefix)), {})
