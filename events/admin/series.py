"""Series in the admin: the events of one, and how an event is repeated."""

from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo

from django import forms
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils.formats import date_format
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSingleDateWidget

from events.admin.markup import status_badge
from events.models import Event
from events.recurrence import LONGEST_RULE, MOST, Occurrence, normalised
from events.series import preview, repeat_event
from users.admin.form_pages import attempted, form_page, select, text_input
from users.admin.panels import Link, TablePanel
from users.markup import NOTHING, link, moment, page_of

DAYS = ("MO", "TU", "WE", "TH", "FR", "SA", "SU")
BY_RULE = "rule"


class RepeatForm(forms.Form):
    """When an event takes place again, in words or as a rule."""

    every = forms.ChoiceField(widget=select(), label=gettext_lazy("Repeat"))
    times = forms.IntegerField(
        min_value=2,
        max_value=MOST,
        required=False,
        widget=text_input(inputmode="numeric"),
        label=gettext_lazy("Events in all"),
        help_text=gettext_lazy("This one among them."),
    )
    until = forms.DateField(
        required=False,
        widget=UnfoldAdminSingleDateWidget(),
        label=gettext_lazy("Or until"),
        help_text=gettext_lazy("The last day, in the event's zone."),
    )
    rule = forms.CharField(
        max_length=LONGEST_RULE,
        required=False,
        widget=text_input(placeholder="FREQ=MONTHLY;BYDAY=-1FR;COUNT=6"),
        label=gettext_lazy("Rule"),
        help_text=gettext_lazy("Only where “By a rule” is chosen: an RRULE of RFC 5545."),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, event: Event, data: Any = None) -> None:
        super().__init__(data, initial={"every": "WEEKLY", "times": 4})
        self.event = event
        field: Any = self.fields["every"]
        field.choices = choices_for(event)

    def clean(self) -> dict[str, Any] | None:
        """Make the rule of what was chosen, and find the dates. Refuses what cannot be followed."""
        given = super().clean() or {}
        if self.errors:
            return given
        try:
            given["made"] = normalised(self._rule(given))
            given["occurrences"] = preview(self.event, given["made"])
        except ValidationError as error:
            self.add_error("rule" if given["every"] == BY_RULE else None, error)
        return given

    def _rule(self, given: dict[str, Any]) -> str:
        if given["every"] == BY_RULE:
            return str(given["rule"])
        if bool(given["times"]) == bool(given["until"]):
            raise ValidationError(_("Say either how many events there are in all, or until when."))
        end = f"COUNT={given['times']}" if given["times"] else f"UNTIL={given['until']:%Y%m%d}"
        return f"FREQ={given['every']};{end}"


def choices_for(event: Event) -> list[tuple[str, str]]:
    """Return the usual ways to repeat ``event``, in the words of its own day."""
    start = event.local_start
    day, week = DAYS[start.weekday()], (start.day - 1) // 7 + 1
    name = date_format(start, "l")
    weekly = [("WEEKLY", _("weekly, on %s") % name), ("WEEKLY;INTERVAL=2", _("every two weeks, on %s") % name)]
    which = {1: _("the first"), 2: _("the second"), 3: _("the third"), 4: _("the fourth")}.get(
        week
    )  # not each has a fifth
    monthly = []
    if which:
        monthly.append(
            (f"MONTHLY;BYDAY={week}{day}", _("monthly, on %(which)s %(day)s") % {"which": which, "day": name})
        )
    if (start + timedelta(days=7)).month != start.month:
        monthly.append((f"MONTHLY;BYDAY=-1{day}", _("monthly, on the last %s") % name))
    dated = [("MONTHLY", _("monthly, on day %s") % start.day), ("YEARLY", _("yearly"))]
    return [("DAILY", _("daily")), *weekly, *monthly, *dated, (BY_RULE, _("By a rule"))]


def repeat(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Show the dates of a rule, and make the events once they were seen."""
    if not (admin.has_add_permission(request) and admin.has_change_permission(request, event)):
        raise PermissionDenied
    form = RepeatForm(event, request.POST if request.method == "POST" else None)
    found: list[Occurrence] = []
    if form.is_valid():
        found, rule = form.cleaned_data["occurrences"], form.cleaned_data["made"]
        actor: Any = request.user
        if form.cleaned_data["shown"] == rule:
            if attempted(form, lambda: repeat_event(event=event, rule=rule, actor=actor)):
                return HttpResponseRedirect(panel_of(event))
        else:
            form.data = request.POST.copy()
            form.data["shown"] = rule
    made = len(found) - 1
    button = ngettext("Make %s event", "Make %s events", made) % made if found else _("Show the dates")
    return form_page(
        admin,
        request,
        form,
        title=_("Repeat: %s") % event,
        button=button,
        explanation=told(event, found) if found else _("Copies have its hours, room, owner and hosts, and no guests."),
        record=event,
        back=page_of(event),
    )


def told(event: Event, found: list[Occurrence]) -> SafeString:
    """Return the dates in the event's zone, with what its clocks do to them."""
    zone = ZoneInfo(event.timezone)
    return format_html_join(
        "",
        '<span class="crm-date">{}{}</span>',
        ((date_format(one.start.astimezone(zone), "D, j M Y, H:i"), _remark(one)) for one in found),
    )


def _remark(one: Occurrence) -> str:
    if one.skipped:
        return " · " + _("later: the clocks skip this hour")
    return " · " + _("the first of two such hours") if one.repeated else ""


class SeriesPanel(TablePanel):
    """The events of a series, in the order of time."""

    slug = "series"
    title = gettext_lazy("Series")
    permission = "events.view_event"
    headings = (gettext_lazy("Event"), gettext_lazy("Start"), gettext_lazy("Venue"), gettext_lazy("Status"))
    empty = gettext_lazy("This event stands alone. Repeat it to make a series.")

    def rows(self, request: HttpRequest, record: Event) -> "QuerySet[Any]":
        if record.series_id is None:
            return Event.objects.none()
        return Event.objects.visible_to(request.user).filter(series=record.series_id).order_by("occurrence_at")

    def cells(self, request: HttpRequest, row: Event) -> list[Any]:
        return [link(row), moment(row.start_at, row.timezone), row.venue or NOTHING, status_badge(row)]

    def actions(self, request: HttpRequest, record: Event) -> list[Link]:
        user: Any = request.user
        may = user.has_perm("events.add_event") and Event.objects.editable_by(user).filter(pk=record.pk).exists()
        if not may:
            return []
        name, title = ("extend", _("Extend the series")) if record.series_id else ("repeat", _("Repeat it"))
        return [Link(title, reverse(f"admin:events_event_{name}", args=[record.pk]), icon="event_repeat")]


def panel_of(event: Event) -> str:
    """Return the address of the events of an event's series."""
    return page_of(event).removesuffix("change/") + "panel/series/"
