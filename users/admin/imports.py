"""The records of imports, to read."""

from django.contrib import admin
from django.utils.safestring import SafeString
from django.utils.translation import gettext_lazy as _

from users.admin.base import ListAdmin
from users.admin.reading import ReadOnly
from users.imports.models import Import, ImportStatus
from users.markup import badge, moment

COLOURS = {ImportStatus.RUNNING: "info", ImportStatus.INTERRUPTED: "warning", ImportStatus.FINISHED: "success"}
ROWS = ("created", "changed", "unchanged", "failed")


@admin.register(Import)
class ImportAdmin(ReadOnly, ListAdmin[Import]):
    """How far each import came."""

    list_display = ("file_name", "kind", "state", *ROWS, "started")
    list_filter = ("kind", "status")
    fieldsets = (
        (None, {"fields": ("file_name", "kind", "state", "started", "finished")}),
        (_("Rows"), {"fields": ("rows_done", *ROWS)}),
        (_("Record"), {"fields": ("sha256", "errors_size")}),
    )
    readonly_fields = ("state", "started", "finished")

    @admin.display(description=_("status"), ordering="status")
    def state(self, record: Import) -> SafeString:
        finished_with_errors = record.status == ImportStatus.FINISHED and record.failed
        return badge(record.shown_status(), "warning" if finished_with_errors else COLOURS[ImportStatus(record.status)])

    @admin.display(description=_("started"), ordering="started_at")
    def started(self, record: Import) -> SafeString | str:
        return moment(record.started_at)

    @admin.display(description=_("finished"), ordering="finished_at")
    def finished(self, record: Import) -> SafeString | str:
        return moment(record.finished_at)
