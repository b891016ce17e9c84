"""Pages of one event that are neither its form nor a tab. Higher apps register theirs, as they do panels."""

from collections.abc import Callable
from functools import partial
from typing import Any

from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path

from events.models import Event

View = Callable[[ModelAdmin[Any], HttpRequest, Event], HttpResponseBase]


class EventPages:
    """Pages by their slug: ``/admin/events/event/<id>/<slug>/``, called ``events_event_<slug>`` with underscores."""

    def __init__(self) -> None:
        self._views: dict[str, View] = {}

    def register(self, slug: str, view: View) -> None:
        """Add a page; ``view`` gets an event that the caller may see, and decides what else they may."""
        if slug in self._views:
            raise ValueError(f"There is a page “{slug}” already.")
        self._views[slug] = view

    def urls(self, admin: ModelAdmin[Any]) -> list[URLPattern]:
        """Return the addresses for the admin of events."""
        return [
            path(
                f"<path:object_id>/{slug}/",
                admin.admin_site.admin_view(partial(_shown, admin, view)),
                name=f"events_event_{slug.replace('-', '_')}",
            )
            for slug, view in self._views.items()
        ]


def _shown(admin: Any, view: View, request: HttpRequest, object_id: str) -> HttpResponseBase:
    event = admin.get_object(request, object_id)
    if event is None:
        raise Http404
    if not admin.has_view_or_change_permission(request, event):
        raise PermissionDenied
    return view(admin, request, event)
