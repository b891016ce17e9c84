"""System checks: views of the API that forgot a house rule are named before anybody can call them."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.http import HttpRequest
from django.urls import URLPattern, URLResolver, get_resolver
from rest_framework.request import Request
from rest_framework.views import APIView

from api.rules import HouseRules
from api.throttles import rate_of

SAFE = {"get", "head", "options"}


@dataclass(frozen=True, slots=True)
class Route:
    """One address of the URL conf and the view of the API behind it; ``actions`` maps methods to a viewset's."""

    pattern: str
    view: type[APIView]
    actions: Mapping[str, str]
    options: Mapping[str, Any]

    @property
    def methods(self) -> set[str]:
        """Return the methods that the address answers, in small letters."""
        if self.actions:
            return {*self.actions}
        return {name for name in self.view.http_method_names if name != "options" and hasattr(self.view, name)}

    def made(self, action: str | None = None) -> Any:
        """Return a view as REST framework makes it for a call."""
        view: Any = self.view(**self.options)
        view.action = action
        view.action_map = self.actions
        return view

    def undeclared(self) -> Iterator[str]:
        """Yield the actions (or "every call") for which the view names no permission."""
        for action in sorted({*self.actions.values()}) or [""]:
            view = self.made(action or None)
            if view.permission_required(Request(HttpRequest())) is None:
                yield action or "every call"


def api_routes(patterns: Iterable[URLPattern | URLResolver] | None = None, prefix: str = "") -> Iterator[Route]:
    """Yield every address of the URL conf that a view of REST framework answers."""
    for pattern in get_resolver().url_patterns if patterns is None else patterns:
        here = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from api_routes(pattern.url_patterns, here)
            continue
        view = getattr(pattern.callback, "cls", None)
        if isinstance(view, type) and issubclass(view, APIView):
            options = getattr(pattern.callback, "initkwargs", {})
            yield Route(here, view, getattr(pattern.callback, "actions", None) or {}, options)


@register(Tags.security)
def check_house_rules(**_options: Any) -> list[CheckMessage]:
    """Name the views that stand outside the house rules, and those that are closed since they declare nothing."""
    found: dict[str, CheckMessage] = {}
    for route in api_routes():
        name = f"{route.view.__module__}.{route.view.__qualname__}"
        if not issubclass(route.view, HouseRules):
            if route.methods - SAFE:
                hint = "Derive it from api.rules.HouseRules or a viewset of api.views."
                found[name] = Error(f"{name} writes without the house rules.", hint, id="api.E001")
            continue
        for call in route.undeclared():
            hint = "Name it in `permission`, or the action's verb in `permissions`."
            found[f"{name} {call}"] = Error(f"{name} names no permission for {call}.", hint, id="api.E002")
    return [*found.values()]


@register(Tags.security)
def check_rates(**_options: Any) -> list[CheckMessage]:
    """Name the rates that cannot be read."""
    return [
        Error(f"THROTTLE_RATES has {name}={rate}, which is no rate such as 600/min.", id="api.E003")
        for name, rate in settings.THROTTLE_RATES.items()
        if not _is_rate(rate)
    ]


def _is_rate(text: str) -> bool:
    try:
        return rate_of(text)[0] >= 0
    except (ValueError, KeyError):
        return False
