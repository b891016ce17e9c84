"""Events in the admin."""

from typing import Any, ClassVar

from django.contrib import admin
from django.db.models import F, Model, QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from api.moments import zone_of
from events.admin.extending import extend
from events.admin.forms import FOLLOWING, EventForm
from events.admin.markup import capacity_bar, status_badge
from events.admin.series import SeriesPanel, repeat
from events.filters import event_filters
from events.models import Event, EventStatus
from events.series import update_following
from events.services import create_event, delete_event, update_event
from users.admin.changelist import PagedChangeList
from users.admin.deletion import ServiceDeletion
from users.admin.history import HistoryPanel
from users.admin.list_filters import choice_filter, date_range_filter, either_filter, text_filter
from users.admin.pages import RecordPages
from users.admin.panels import Link, PanelAdmin, Panels
from users.admin.suggestions import Suggestions
from users.expressions import text_key
from users.markup import moment

event_panels = Panels()
event_pages = RecordPages()


class EventChangeList(PagedChangeList):
    """The list of events; each leads to the first tab of its page."""

    def url_for_result(self, result: Model) -> str:
        if (first := event_panels.first()) is None:
            return super().url_for_result(result)
        return reverse("admin:events_event_panel", args=[result.pk, first])


@admin.register(Event)
class EventAdmin(Suggestions, ServiceDeletion[Event], PanelAdmin[Event]):
    """Events: drafts, those to come, and those that were."""

    panels = event_panels
    filters = event_filters
    form = EventForm
    suggested = ("venue",)
    search_help_text = _("Title, venue, organiser or slug")
    list_display = ("name", "begins", "place", "state", "seats")
    list_filter = (
        either_filter(event_filters, "when", _("when"), {"upcoming": _("to come"), "past": _("begun")}),
        choice_filter(event_filters, "status", _("status"), EventStatus.choices),
        date_range_filter(event_filters, "start_since", "start_until", _("start")),
        text_filter(event_filters, "venue", _("venue")),
    )
    ordering = ("-start_at",)
    readonly_fields = ("begins", "ends", "seats", "created", "updated")
    add_fieldsets: ClassVar[Any] = (
        (_("Event"), {"fields": ("title", "description", "organizer", "status")}),
        (_("When and where"), {"fields": ("start_at", "end_at", "timezone", "venue")}),
        (_("Room"), {"fields": ("max_capacity", "waitlist_enabled", "requires_approval", "offer_minutes")}),
        (_("Names elsewhere"), {"fields": ("slug", "external_id")}),
    )
    fieldsets: ClassVar[Any] = (
        *add_fieldsets[:2],
        (_("Room"), {"fields": ("seats", "max_capacity", "waitlist_enabled", "requires_approval", "offer_minutes")}),
        add_fieldsets[3],
        (_("Record"), {"fields": ("created", "updated")}),
    )

    def get_urls(self) -> list[URLPattern]:
        return [*event_pages.urls(self), *super().get_urls()]

    def record_links(self, request: HttpRequest, record: Event) -> list[Link]:
        return event_pages.links(request, record)

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return EventChangeList

    def get_fieldsets(self, request: HttpRequest, obj: Event | None = None) -> Any:
        """Show the times of an event that one may only read as the list does, in the event's own zone."""
        fieldsets = super().get_fieldsets(request, obj)
        if obj is None:
            return fieldsets
        if self.has_change_permission(request, obj):
            return fieldsets if obj.series_id is None else [(_("Series"), {"fields": ("applies_to",)}), *fieldsets]
        shown: dict[Any, Any] = {"start_at": "begins", "end_at": "ends"}
        return [
            (title, {**options, "fields": tuple(shown.get(name, name) for name in options["fields"])})
            for title, options in fieldsets
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Event]":
        """Add how full each event is."""
        return super().get_queryset(request).annotate(taken=F("capacity__taken"), waiting=F("capacity__waiting"))

    def get_ordering(self, request: HttpRequest) -> Any:
        """Begin what is to come with what comes next, and everything else with the latest."""
        return ("start_at",) if request.GET.get("when") == "upcoming" else self.ordering

    def create(self, request: HttpRequest, record: Event) -> None:
        actor: Any = request.user
        create_event(event=record, actor=actor)

    def update(self, request: HttpRequest, record: Event, changes: dict[str, object]) -> None:
        actor: Any = request.user
        if request.POST.get("applies_to") == FOLLOWING:
            update_following(event=record, changes=changes, actor=actor)
        else:
            update_event(event=record, changes=changes, actor=actor)

    def remove(self, request: HttpRequest, record: Event) -> None:
        delete_event(event=record)

    @admin.display(description=_("title"), ordering=text_key("title"))
    def name(self, event: Event) -> str:
        return event.title

    @admin.display(description=_("start"), ordering=F("start_at").asc())
    def begins(self, event: Event) -> SafeString | str:
        """Show the start in the event's own zone."""
        return moment(event.start_at, event.timezone)

    @admin.display(description=_("end"))
    def ends(self, event: Event) -> SafeString | str:
        """Show the end in the event's own zone."""
        return moment(event.end_at, event.timezone)

    @admin.display(description=_("created at"))
    def created(self, event: Event) -> SafeString | str:
        """Show it in the event's zone, or in UTC while the form holds one that there is not."""
        return moment(event.created_at, str(zone_of(event)))

    @admin.display(description=_("updated at"))
    def updated(self, event: Event) -> SafeString | str:
        return moment(event.updated_at, str(zone_of(event)))

    @admin.display(description=_("venue"), ordering=text_key("venue"))
    def place(self, event: Event) -> str:
        return event.venue

    @admin.display(description=_("status"))
    def state(self, event: Event) -> SafeString:
        return status_badge(event)

    @admin.display(description=_("seats"))
    def seats(self, event: Any) -> SafeString:
        return capacity_bar(event.max_capacity, event.taken or 0, event.waiting or 0)


event_panels.register(SeriesPanel(), HistoryPanel("events.view_event", zone=lambda event: event.timezone))
event_pages.register("repeat", repeat)
event_pages.register("extend", extend)
