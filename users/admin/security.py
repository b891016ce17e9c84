"""Sign-in in the admin, for administrators: the security log, and what is closed to whom."""

from typing import Any

from axes.models import AccessAttempt
from django.conf import settings
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from users.accounts.filters import security_filters
from users.accounts.models import SecurityEvent, SecurityEventKind
from users.admin.base import ListAdmin
from users.admin.list_filters import choice_filter, date_range_filter, record_filter
from users.admin.newest import NewestFirst
from users.admin.panels import SIGN_IN, TablePanel
from users.admin.reading import ReadOnly
from users.markup import NOTHING, badge, link, moment
from users.models import User

COLOURS = {
    SecurityEventKind.SIGN_IN_FAILED: "warning",
    SecurityEventKind.LOCKED_OUT: "danger",
    SecurityEventKind.ROLES_CHANGED: "primary",
    SecurityEventKind.DEACTIVATED: "danger",
    SecurityEventKind.SIGNED_IN: "success",
    SecurityEventKind.SIGNED_UP: "success",
}


def kind_badge(kind: str) -> SafeString:
    """Return what happened as a label."""
    known = SecurityEventKind(kind)
    return badge(known.label, COLOURS.get(known, "info"))


def told(event: SecurityEvent) -> str:
    """Return the details of an entry in one line."""
    parts = (
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in event.details.items()
        if value not in ("", [])
    )
    return " · ".join(parts) or NOTHING


@admin.register(SecurityEvent)
class SecurityEventAdmin(ReadOnly, NewestFirst[SecurityEvent]):
    """Who signed in, who was refused, and who changed whose sign-in or rights."""

    list_display = ("when", "what", "person", "doer", "address", "details_shown")
    list_filter = (
        choice_filter(security_filters, "kind", _("what happened"), SecurityEventKind.choices),
        record_filter(security_filters, "subject", _("person"), SecurityEvent._meta.get_field("subject")),
        date_range_filter(security_filters, "since", "until", _("when")),
    )
    loose = frozenset({"kind"})
    tight = frozenset({"subject", "since"})
    time = "-at"
    fields = ("when", "what", "person", "doer", "address", "user_agent", "request_id", "details_shown", "unknown_email")
    readonly_fields = fields

    def get_queryset(self, request: HttpRequest) -> "QuerySet[SecurityEvent]":
        return super().get_queryset(request).select_related("actor", "subject")

    @admin.display(description=_("when"))
    def when(self, event: SecurityEvent) -> SafeString | str:
        return moment(event.at)

    @admin.display(description=_("what happened"))
    def what(self, event: SecurityEvent) -> SafeString:
        return kind_badge(event.kind)

    @admin.display(description=_("person"))
    def person(self, event: SecurityEvent) -> SafeString | str:
        return gettext("nobody here") if event.unknown_email else link(event.subject)

    @admin.display(description=_("done by"))
    def doer(self, event: SecurityEvent) -> SafeString | str:
        return link(event.actor)

    @admin.display(description=_("details"))
    def details_shown(self, event: SecurityEvent) -> str:
        return told(event)


class SecurityOfPerson(TablePanel):
    """What happened to one person's sign-in and rights."""

    slug = SIGN_IN
    title = _("Sign-in")
    permission = "users.view_securityevent"
    headings = (_("When"), _("What happened"), _("Done by"), _("Network address"), _("Details"))

    def rows(self, request: HttpRequest, record: User) -> "QuerySet[Any]":
        events = SecurityEvent.objects.visible_to(request.user).filter(subject=record)
        return events.select_related("actor").order_by("-pk")

    def cells(self, request: HttpRequest, row: SecurityEvent) -> list[Any]:
        return [link(row, moment(row.at)), kind_badge(row.kind), link(row.actor), row.address or NOTHING, told(row)]


@admin.register(AccessAttempt)
class AccessAttemptAdmin(ListAdmin[AccessAttempt]):
    """Wrong passwords of the last quarter of an hour; deleting a row opens the door again."""

    list_display = ("username", "ip_address", "failures_since_start", "state", "last")
    ordering = ("-attempt_time",)
    fields = list_display
    readonly_fields = list_display
    change_form_template = "admin/record/form.html"

    def has_add_permission(self, request: HttpRequest) -> bool:
        return False

    def has_change_permission(self, request: HttpRequest, obj: Any = None) -> bool:
        return False

    @admin.display(description=_("sign-in"))
    def state(self, attempt: AccessAttempt) -> SafeString:
        counts = attempt.attempt_time > clock.now() - settings.AXES_COOLOFF_TIME
        closed = counts and attempt.failures_since_start >= settings.AXES_FAILURE_LIMIT
        return badge(gettext("closed"), "danger") if closed else badge(gettext("open"), "success")

    @admin.display(description=_("last attempt"))
    def last(self, attempt: AccessAttempt) -> SafeString | str:
        return moment(attempt.attempt_time)
