"""Every address of the API and of the admin, walked from the URL table itself."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from django.contrib import admin
from django.urls import URLPattern, URLResolver, get_resolver

METHODS = ("get", "post", "put", "patch", "delete")


@dataclass(frozen=True, order=True)
class Route:
    """One address by its name, and one method that it answers."""

    name: str
    method: str

    def __str__(self) -> str:
        return f"{self.name} {self.method}"


def api_routes() -> set[Route]:
    """Return what ``/api/v1/`` answers."""
    for entry in get_resolver().url_patterns:
        if isinstance(entry, URLResolver) and str(entry.pattern) == "api/v1/":
            return {
                Route(str(pattern.name), method)
                for pattern in _leaves(entry.url_patterns)
                for method in _methods(pattern.callback)
            }
    raise AssertionError("There is no /api/v1/.")


def admin_names() -> set[str]:
    """Return the names of the admin's pages."""
    return {str(pattern.name) for pattern in _leaves(admin.site.get_urls()) if pattern.name}


def _leaves(patterns: list[Any]) -> Iterator[URLPattern]:
    for pattern in patterns:
        if isinstance(pattern, URLResolver):
            yield from _leaves(pattern.url_patterns)
        else:
            yield pattern


def _methods(view: Any) -> Iterator[str]:
    actions = getattr(view, "actions", None)
    for method in METHODS:
        if method in actions if actions else hasattr(view.cls, method):
            yield method.upper()
