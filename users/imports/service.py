"""Importing a file: what the commands, and later the API, call."""

import os
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from django.db import transaction
from django.utils.translation import gettext as _

from users.imports.alone import alone
from users.imports.errors import UnusableFileError
from users.imports.kinds import ImportKind, Problem
from users.imports.layout import Layout, read_layout
from users.imports.models import Import, ImportStatus
from users.imports.opening import File, open_file
from users.imports.progress import Progress, Silence
from users.imports.run import BATCH_ROWS, Run
from users.imports.statistics import refresh_statistics

LONGEST_NAME = 255


def _silently(_message: str) -> None:
    return None


@dataclass(frozen=True)
class Options:
    """How to import: ``errors_path`` None puts the rows in error beside the file, as ``FILE.errors.csv``.

    ``say`` gets what the operator should know meanwhile; ``progress`` is made once the number of lines is known.
    """

    errors_path: Path | None = None
    dry_run: bool = False
    batch_rows: int = BATCH_ROWS
    say: Callable[[str], None] = _silently
    progress: Callable[[int | None], Progress] = field(default=lambda _lines: Silence())


@dataclass(frozen=True)
class Report:
    """How an import ended, with the first rows in error of this run. After a dry run the record is not stored."""

    record: Import
    errors_path: Path
    remarks: list[str]
    first_problems: Sequence[Problem]


def import_file(kind: ImportKind, path: Path, options: Options | None = None) -> Report:
    """Import a CSV or XLSX file whole, going on where an unfinished import of the same content stopped.

    Each batch is a transaction (a dry run is one, rolled back). Raises ``UnusableFileError`` before anything is
    stored. Whatever breaks it off later is raised on; the batches done so far stay, and the record says interrupted.
    """
    options = options or Options()
    file = open_file(path)
    layout = read_layout(file.source.header, kind.columns, required=kind.required, ignored=kind.ignored)
    if layout.ignored:
        options.say(_("Ignored, since it is read-only: %(names)s.") % {"names": ", ".join(layout.ignored)})
    errors_path = _writable(options.errors_path or path.with_name(f"{path.name}.errors.csv"), file)
    with alone(
        f"import {kind.name} {file.sha256}",
        when_waiting=lambda: options.say(_("Another process is importing this file: waiting for it to end.")),
    ):
        if options.dry_run:
            return _rolled_back(kind, file, layout, errors_path, options)
        report = _run(kind, file, layout, errors_path, options)
        refresh_statistics(kind.model, report.record)
        return report


def _writable(errors_path: Path, file: File) -> Path:
    if errors_path.exists() and errors_path.samefile(file.path):
        reason = _("%(path)s is the file to import: rows in error would replace it.")
        raise UnusableFileError(reason % {"path": errors_path})
    # What is there is removed first: a device or a pipe would be lost.
    replaceable = errors_path.is_file() and os.access(errors_path, os.W_OK)
    if not os.access(errors_path.parent, os.W_OK) or (errors_path.exists() and not replaceable):
        reason = _("%(path)s, for rows in error, cannot be written. Name another with --errors.")
        raise UnusableFileError(reason % {"path": errors_path})
    return errors_path


def _rolled_back(kind: ImportKind, file: File, layout: Layout, errors_path: Path, options: Options) -> Report:
    with transaction.atomic():
        report = _run(kind, file, layout, errors_path, options)
        transaction.set_rollback(True)
    return report


def _run(kind: ImportKind, file: File, layout: Layout, errors_path: Path, options: Options) -> Report:
    record = _unfinished(kind, file, options) or Import.objects.create(
        kind=kind.name, sha256=file.sha256, file_name=file.path.name.encode(errors="replace").decode()[-LONGEST_NAME:]
    )
    progress = options.progress(file.source.lines)
    run = Run(kind, file, layout, record, errors_path, progress, options.batch_rows)
    try:
        run.go()
    except BaseException:
        if not options.dry_run:
            Import.objects.filter(pk=record.pk).update(status=ImportStatus.INTERRUPTED)
        raise
    finally:
        progress.close()
    return Report(record, errors_path, run.remarks, run.first_problems)


def _unfinished(kind: ImportKind, file: File, options: Options) -> Import | None:
    """Return the record that this file goes on with; nobody else does, since we are alone."""
    record = Import.objects.filter(kind=kind.name, sha256=file.sha256).exclude(status=ImportStatus.FINISHED).first()
    if record:
        going_on = _("Going on with import %(number)s of this file after %(rows)s rows.")
        options.say(going_on % {"number": record.pk, "rows": f"{record.rows_done:,}"})
        record.status = ImportStatus.RUNNING
        record.save(update_fields=["status"])
    return record
