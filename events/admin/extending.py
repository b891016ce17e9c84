"""A series goes on: the page on which its end is moved, and that shows the new dates before it makes the events."""

from typing import Any

from django import forms
from django.contrib import messages
from django.contrib.admin import ModelAdmin
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext
from unfold.widgets import UnfoldAdminSingleDateWidget

from api.exceptions import Conflict
from events.admin.series import panel_of, told
from events.models import Event
from events.recurrence import MOST
from events.series import Extension, extend_series, extension
from users.admin.form_pages import attempted, form_page, text_input
from users.markup import page_of


class ExtendForm(forms.Form):
    """Where a series ends from now on."""

    count = forms.IntegerField(
        min_value=2,
        max_value=MOST,
        required=False,
        widget=text_input(inputmode="numeric"),
        label=gettext_lazy("Events in all"),
    )
    until = forms.DateField(
        required=False,
        widget=UnfoldAdminSingleDateWidget(),
        label=gettext_lazy("Or until"),
        help_text=gettext_lazy("The last day, in the series' zone."),
    )
    shown = forms.CharField(required=False, widget=forms.HiddenInput)

    def __init__(self, event: Event, data: Any = None) -> None:
        super().__init__(data)
        self.event = event
        if event.series:
            said = _("The rule so far: %(rule)s. Of its events, those that were deleted count too.")
            self.fields["count"].help_text = said % {"rule": event.series.rule}

    def clean(self) -> dict[str, Any] | None:
        """Find what the series would gain. Refuses an end that cannot be, and one that gains nothing."""
        given = super().clean() or {}
        if self.errors:
            return given
        given["end"] = {name: given[name] for name in ("count", "until") if given[name]}
        try:
            given["gained"] = extension(self.event, **given["end"])
        except Conflict as error:
            raise ValidationError(str(error.detail)) from error
        if not given["gained"].starts:
            raise ValidationError(_("The series gains nothing by this: it has these events already."))
        return given


def extend(admin: ModelAdmin[Any], request: HttpRequest, event: Event) -> HttpResponseBase:
    """Show the dates that another end adds, and make the events once they were seen."""
    if not (admin.has_add_permission(request) and admin.has_change_permission(request, event)):
        raise PermissionDenied
    form = ExtendForm(event, request.POST if request.method == "POST" else None)
    gained: Extension | None = None
    if form.is_valid():
        gained, end = form.cleaned_data["gained"], form.cleaned_data["end"]
        if form.cleaned_data["shown"] == gained.rule:
            actor: Any = request.user
            made = attempted(form, lambda: extend_series(event=event, **end, actor=actor))
            if made is not None:
                number = len(made.starts)
                messages.success(request, ngettext("%s event was added.", "%s events were added.", number) % number)
                return HttpResponseRedirect(panel_of(event))
        else:
            form.data = request.POST.copy()
            form.data["shown"] = gained.rule
    more = len(gained.starts) if gained else 0
    button = ngettext("Add %s event", "Add %s events", more) % more if more else _("Show the dates")
    explanation = _("What is added is like this event: its hours, room, owner and hosts, and no guests.")
    return form_page(
        admin,
        request,
        form,
        title=_("Extend the series: %s") % event,
        button=button,
        explanation=told(event, gained.starts) if gained else explanation,
        record=event,
        back=page_of(event),
    )
