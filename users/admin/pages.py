"""Pages of one record that are neither its form nor a tab. Higher apps register theirs, as they do panels."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from users.admin.panels import Link

View = Callable[[ModelAdmin[Any], HttpRequest, Any], HttpResponseBase]
MakeLink = Callable[[HttpRequest, Any], Link | None]


class RecordPages:
    """Pages by their slug: ``<id>/<slug>/`` below an admin's list, called ``<app>_<model>_<slug>`` with underscores."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}
        self._links: list[MakeLink] = []

    def register(self, slug: str, view: View, link: MakeLink | None = None) -> None:
        """Add a page; ``view`` gets a record that the caller may see, and decides what else they may.

        ``link`` returns what leads there from the header of the record's page, or None where the caller may not go.
        """
        if slug in self._views:
            raise ValueError(f"There is a page “{slug}” already.")
        self._views[slug] = view
        if link:
            self._links.append(link)

    def links(self, request: HttpRequest, record: Any) -> list[Link]:
        """Return where the caller may go from the header of the record's page."""
        return [found for link in self._links if (found := link(request, record))]

    def urls(self, admin: ModelAdmin[Any]) -> list[URLPattern]:
        """Return the addresses for the admin of these records."""
        name = f"{admin.opts.app_label}_{admin.opts.model_name}"
        return [
            path(
                f"<path:object_id>/{slug}/",
                admin.admin_site.admin_view(partial(_shown, admin, view)),
                name=f"{name}_{slug.replace('-', '_')}",
            )
            for slug, view in self._views.items()
        ]


def _shown(admin: Any, view: View, request: HttpRequest, object_id: str) -> HttpResponseBase:
    record = admin.get_object(request, object_id)
    if record is None:
        raise Http404
    if not admin.has_view_or_change_permission(request, record):
        raise PermissionDenied
    return view(admin, request, record)
