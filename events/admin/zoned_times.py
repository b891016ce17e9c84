"""Form fields for times in the zone that the form itself names: what is typed is what the clock on the wall shows."""

import zoneinfo
from datetime import datetime
from typing import Any

from django import forms
from django.utils import timezone as clock
from unfold.widgets import UnfoldAdminSplitDateTimeWidget


class ZonedWidget(UnfoldAdminSplitDateTimeWidget):  # type: ignore[misc]  # unfold is untyped
    """Shows a moment in ``zone``."""

    zone: zoneinfo.ZoneInfo = zoneinfo.ZoneInfo("UTC")

    def decompress(self, value: datetime | None) -> list[Any]:
        with clock.override(self.zone):
            parts: list[Any] = super().decompress(value)
        return parts


class ZonedDateTimeField(forms.SplitDateTimeField):
    """Reads date and time in ``zone``; a time that the zone's clocks skip or repeat is refused."""

    widget = ZonedWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.zone = zoneinfo.ZoneInfo("UTC")

    def read_in(self, zone: zoneinfo.ZoneInfo) -> None:
        """Read and show in ``zone`` from now on."""
        self.zone = self.widget.zone = zone

    def compress(self, data_list: Any) -> datetime | None:
        with clock.override(self.zone):
            moment: datetime | None = super().compress(data_list)
        return moment
