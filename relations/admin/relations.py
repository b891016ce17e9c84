"""Relations in the admin: to read, to begin and to end."""

from typing import Any

from django.contrib import admin
from django.db.models import QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.urls import URLPattern, path, reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from relations.admin import actions, steps
from relations.admin.markup import status_badge
from relations.filters import relation_filters
from relations.models import Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.rights import leads
from relations.transitions import state_of
from users.admin.list_filters import choice_filter, either_filter, record_filter
from users.admin.newest import NewestFirst
from users.admin.panels import Link, PanelAdmin, Panels
from users.filters import people_filters
from users.markup import link, moment
from users.models import User

relation_panels = Panels()


@admin.register(UserEventRelation)
class RelationAdmin(NewestFirst[UserEventRelation], PanelAdmin[UserEventRelation]):
    """Who has which part in what. A status changes through the services alone."""

    panels = relation_panels
    filters = people_filters  # a search is for the person
    search_help_text = _("The person's name, e-mail or phone")
    list_display = ("user", "event", "part", "state", "since")
    list_filter = (
        choice_filter(relation_filters, "role", _("role"), Role.choices),
        choice_filter(relation_filters, "status", _("status"), Status.choices),
        either_filter(relation_filters, "when", _("when"), {"upcoming": _("to come"), "past": _("begun")}),
        record_filter(relation_filters, "user", _("person"), UserEventRelation._meta.get_field("user")),
        record_filter(relation_filters, "event", _("event"), UserEventRelation._meta.get_field("event")),
    )
    loose = frozenset({"role", "status", "when"})
    tight = frozenset({"user", "event", "q"})
    fields = ("person", "of_event", "part", "state", "seq", "since")
    readonly_fields = fields

    def get_urls(self) -> list[URLPattern]:
        end, step = (self.admin_site.admin_view(view) for view in (self.end_view, self.step_view))
        return [
            path("<path:object_id>/end/", end, name="relations_usereventrelation_end"),
            path("<path:object_id>/step/<slug:name>/", step, name="relations_usereventrelation_step"),
            *super().get_urls(),
        ]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[UserEventRelation]":
        return super().get_queryset(request).select_related("user", "event")

    def get_search_results(
        self, request: HttpRequest, queryset: "QuerySet[UserEventRelation]", search_term: str
    ) -> tuple["QuerySet[UserEventRelation]", bool]:
        """Search the people, as their own list does."""
        if not search_term.strip():
            return queryset, False
        people = self.admin_site.get_model_admin(User)
        found, _many = people.get_search_results(request, people.get_queryset(request), search_term)
        return queryset.filter(user__in=found.order_by().values("pk")), False

    def has_delete_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> Any:
        """Show the relation without a button to save: there is nothing to edit."""
        buttons = ("show_save", "show_save_and_continue", "show_save_and_add_another")
        return super().changeform_view(request, object_id, form_url, dict.fromkeys(buttons, False))

    def add_view(self, request: HttpRequest, form_url: str = "", extra_context: Any = None) -> Any:
        return actions.add(self, request)

    def end_view(self, request: HttpRequest, object_id: str) -> HttpResponseBase:
        """Ask for the reason and end the relation."""
        return actions.end(self, request, self._found(request, object_id))

    def step_view(self, request: HttpRequest, object_id: str, name: str) -> HttpResponseBase:
        """Take a step of a registration, for who leads its event."""
        return steps.take(self, request, self._found(request, object_id), name)

    def _found(self, request: HttpRequest, object_id: str) -> UserEventRelation:
        relation = self.get_object(request, object_id)
        if relation is None:
            raise Http404
        return relation

    def record_links(self, request: HttpRequest, record: UserEventRelation) -> list[Link]:
        """Offer the steps that can be taken, and to end it."""
        user: Any = request.user
        state = state_of(record.event)
        led = leads(user, record.event)
        links = [
            Link(step.title, steps.step_page(record, name), icon=step.icon)
            for name, step in steps.STEPS.items()
            if led and name != "cancel" and step.fits(record, state)
        ]
        if record.status not in LIVE or not self.has_change_permission(request, record):
            return links
        page = reverse("admin:relations_usereventrelation_end", args=[record.pk])
        return [*links, Link(_("End"), page, icon="person_remove")]

    @admin.display(description=_("person"))
    def person(self, relation: UserEventRelation) -> SafeString | str:
        return link(relation.user)

    @admin.display(description=_("event"))
    def of_event(self, relation: UserEventRelation) -> SafeString | str:
        return link(relation.event)

    @admin.display(description=_("role"))
    def part(self, relation: UserEventRelation) -> str:
        return relation.get_role_display()

    @admin.display(description=_("status"))
    def state(self, relation: UserEventRelation) -> SafeString:
        return status_badge(relation.status)

    @admin.display(description=_("since"))
    def since(self, relation: UserEventRelation) -> SafeString | str:
        """Show the beginning in the event's own zone, as all of its times."""
        return moment(relation.created_at, relation.event.timezone)
