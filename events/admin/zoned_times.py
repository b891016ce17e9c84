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
    """Reads date and time in ``zone``; a time that the zone's clocks skip or repeat is refused.

    What shows as the ``stored`` moment does stays that moment, which may be a repeated hour or have fractions.
    """

    widget = ZonedWidget

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.zone = zoneinfo.ZoneInfo("UTC")
        self.stored: datetime | None = None

    def read_in(self, zone: zoneinfo.ZoneInfo, stored: datetime | None) -> None:
        """Read and show in ``zone`` from now on."""
        self.zone = self.widget.zone = zone
        self.stored = stored

    def compress(self, data_list: Any) -> datetime | None:
        if self.stored and data_list and data_list == self._shown(self.stored):
            return self.stored
        with clock.override(self.zone):
            moment: datetime | None = super().compress(data_list)
        return moment

    def _shown(self, moment: datetime) -> list[Any]:
        local = moment.astimezone(self.zone).replace(microsecond=0, fold=0)
        return [local.date(), local.time()]
