"""The form of an event."""

import zoneinfo
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from unfold.widgets import UnfoldAdminRadioSelectWidget, UnfoldAdminTextareaWidget

from events.admin.zoned_times import ZonedDateTimeField
from events.models import EDITED, Event
from users.admin.forms import RecordForm, zone_input
from users.zones import zone_names

TIMES = ("start_at", "end_at")
ALONE, FOLLOWING = "alone", "following"


class EventForm(RecordForm[Event]):
    """An event whose times are entered and shown in its own zone.

    A new zone moves the event: the hours on its clock stay.
    """

    start_at = ZonedDateTimeField(label=_("Start"), help_text=_("In the event's time zone, below."))
    end_at = ZonedDateTimeField(label=_("End"), required=False, help_text=_("In the event's time zone. May be empty."))

    applies_to = forms.ChoiceField(
        choices=[(ALONE, _("this event alone")), (FOLLOWING, _("this and all that follow"))],
        initial=ALONE,
        required=False,
        widget=UnfoldAdminRadioSelectWidget,
        label=_("Change"),
        help_text=_("A new time moves those that follow by as much; each keeps its slug and external id."),
    )

    class Meta:
        model = Event
        fields = EDITED
        widgets = {"timezone": zone_input(), "description": UnfoldAdminTextareaWidget({"rows": 5})}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "slug" in self.fields:
            self.fields["slug"].required = False
        shown = _zone(self.instance.timezone)
        read = _zone(str(self.data.get(self.add_prefix("timezone"), ""))) if self.is_bound else shown
        for name in TIMES:
            field = self.fields.get(name)
            if isinstance(field, ZonedDateTimeField):
                field.read_in(read, getattr(self.instance, name))
                if not self.is_bound:
                    field.help_text = _("In the event's zone, %(zone)s.") % {"zone": shown.key}


def _zone(name: str) -> zoneinfo.ZoneInfo:
    return zoneinfo.ZoneInfo(name if name in zone_names() else "UTC")
