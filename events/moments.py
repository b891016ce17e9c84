"""Times in bodies: ISO 8601 with an offset; without one UTC; a date alone is the day's start in the event's zone."""

import zoneinfo
from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

from api.moments import read_moment, start_of
from users.zones import zone_names


class MomentField(serializers.DateTimeField):
    """A moment of an event; reads and answers in UTC."""

    default_error_messages = {"invalid": _("Give an ISO 8601 time, such as 2026-03-01T18:30:00+01:00, or a date.")}

    def to_internal_value(self, value: Any) -> datetime:
        if not isinstance(value, str):
            self.fail("invalid", format="ISO 8601")
        try:
            return start_of(read_moment(value.strip()), self._zone())
        except (ValueError, OverflowError):
            self.fail("invalid", format="ISO 8601")

    def _zone(self) -> zoneinfo.ZoneInfo:
        """Return the zone that the body names, else the event's own; a wrong name is refused where it stands."""
        parent: Any = self.parent
        named = parent.initial_data.get("timezone", getattr(parent.instance, "timezone", "UTC"))
        return zoneinfo.ZoneInfo(named if isinstance(named, str) and named in zone_names() else "UTC")
