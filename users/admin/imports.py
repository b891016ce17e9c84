"""The records of imports, to read."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from users.admin.base import ListAdmin
from users.admin.reading import ReadOnly
from users.imports.models import Import, ImportStatus
from users.markup import badge

COLOURS = {ImportStatus.RUNNING: "info", ImportStatus.INTERRUPTED: "warning", ImportStatus.FINISHED: "success"}


@admin.register(Import)
class ImportAdmin(ReadOnly, ListAdmin[Import]):
    """How far each import came."""

    list_display = ("file_name", "kind", "state", "created", "changed", "unchanged", "failed", "started_at")
    list_filter = ("kind", "status")

    @admin.display(description=_("status"), ordering="status")
    def state(self, record: Import) -> SafeString:
        return badge(record.get_status_display(), COLOURS[ImportStatus(record.status)])
