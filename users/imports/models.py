"""The record of each import: how far it came, and which rows it has dealt with."""

from uuid import UUID

from django.db import models
from django.db.models.functions import Now
from django.utils.formats import number_format
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext


class ImportStatus(models.TextChoices):
    RUNNING = "running", _("running")
    INTERRUPTED = "interrupted", _("interrupted")
    FINISHED = "finished", _("finished")


class Import(models.Model):
    """One run over one file, checkpointed in the transaction of each batch, so that it goes on where it stopped."""

    kind = models.CharField(
        max_length=16, help_text=_("What is imported, as its command calls it: users of import_users.")
    )
    file_name = models.CharField(max_length=255)
    sha256 = models.CharField(max_length=64, help_text=_("Tells the file, whatever it is called."))
    status = models.CharField(max_length=16, choices=ImportStatus, default=ImportStatus.RUNNING)
    rows_done = models.BigIntegerField(default=0)
    created = models.BigIntegerField(default=0)
    changed = models.BigIntegerField(default=0)
    unchanged = models.BigIntegerField(default=0)
    failed = models.BigIntegerField(default=0)
    errors_size = models.BigIntegerField(default=0, help_text=_("Bytes of the file of errors that are settled."))
    started_at = models.DateTimeField(db_default=Now())
    finished_at = models.DateTimeField(null=True, blank=True)

    class Meta:
        ordering = ["-id"]
        constraints = [
            models.CheckConstraint(
                condition=models.Q(status__in=ImportStatus.values), name="users_import_status_is_known"
            ),
        ]
        indexes = [models.Index("sha256", "kind", name="users_import_file")]

    def __str__(self) -> str:
        return f"import {self.pk} ({self.file_name})"

    def shown_status(self) -> str:
        """Return the status in words, with the rows in error: an import that left some is not plainly finished."""
        if not self.failed:
            return self.get_status_display()
        in_error = ngettext("%(number)s row in error", "%(number)s rows in error", self.failed)
        return f"{self.get_status_display()}, {in_error % {'number': number_format(self.failed, force_grouping=True)}}"


class ImportedRow(models.Model):
    """Which line of the file dealt with a record, so that a later line cannot undo it. Lives while the import runs."""

    pk = models.CompositePrimaryKey("of_import_id", "object_id")
    of_import = models.ForeignKey(Import, models.CASCADE, related_name="rows", db_index=False)
    object_id: models.UUIDField[UUID, UUID] = models.UUIDField()
    line = models.BigIntegerField()

    def __str__(self) -> str:
        return f"line {self.line}: {self.object_id}"
