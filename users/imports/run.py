"""Running an import: batches, each with its checkpoint in one transaction."""

import itertools
import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import NamedTuple

from django.db import DataError, IntegrityError, connection, transaction
from django.db.models import F
from django.utils import timezone as clock

from api.transactions import locking
from users.imports.batches import batches, read_ahead
from users.imports.database_errors import said_by_database, violated_check
from users.imports.errors import RowError, TangledError
from users.imports.errors_file import ErrorsFile
from users.imports.kinds import Batch, ImportKind, Outcome, Problem, Row
from users.imports.layout import Layout
from users.imports.models import Import, ImportStatus
from users.imports.opening import File
from users.imports.progress import Progress, Silence
from users.imports.sources import SourceRow

BATCH_ROWS = 5_000
SHOWN_PROBLEMS = 10
LOCK_TIMEOUT = "60s"  # others hold the same rows for a batch, not for a request
_CONTEXT = "SELECT set_config('pghistory.context_id', %s, true), set_config('pghistory.context_metadata', %s, true)"


class ParsedRows(NamedTuple):
    """A batch of rows as they were found, those that are valid, and why the others are not."""

    source_rows: Sequence[SourceRow]
    rows: list[Row]
    problems: list[Problem]


@dataclass
class Run:
    """One pass over a file for a ``record`` that may have come some way before."""

    kind: ImportKind
    file: File
    layout: Layout
    record: Import
    errors_path: Path
    progress: Progress = field(default_factory=Silence)
    batch_rows: int = BATCH_ROWS
    first_problems: list[Problem] = field(default_factory=list)

    def go(self) -> None:
        """Store every row that is not done yet, and close the record."""
        self._errors = ErrorsFile(self.errors_path, self.file.source.header)
        if not self.record.rows_done:
            self._errors.write(0, [])
        rows = itertools.islice(self.file.source.rows(), self.record.rows_done, None)
        for number, batch in enumerate(read_ahead(map(self._parsed, batches(rows, self.batch_rows)))):
            if number == 0:
                self.progress.at(batch.source_rows[0].line - 1)
            problems = _store_batch(self, batch)
            self.first_problems += problems[: SHOWN_PROBLEMS - len(self.first_problems)]
            self.record.refresh_from_db()
            self.progress.at(batch.source_rows[-1].line)
        self._finish()

    def _parsed(self, source_rows: Sequence[SourceRow]) -> ParsedRows:
        """Check rows without the database: this runs beside the storing of the rows before."""
        rows, problems, names = [], [], self.layout.names
        for source_row in source_rows:
            try:
                values = self.layout.parse(source_row)
                self.kind.check(names, values)
            except RowError as error:
                problems.append(Problem(source_row.line, str(error)))
            else:
                rows.append(Row(source_row.line, values))
        return ParsedRows(source_rows, rows, problems)

    def checkpoint(self, outcome: Outcome, source_rows: Sequence[SourceRow]) -> list[Problem]:
        """Write the problems to the file of errors, then the numbers to the record; return the problems in order."""
        cells = {row.line: row.cells for row in source_rows}
        problems = sorted(outcome.problems)
        size = self.record.errors_size
        if problems:
            size = self._errors.write(size, [(problem, cells[problem.line]) for problem in problems])
        Import.objects.filter(pk=self.record.pk).update(
            rows_done=F("rows_done") + len(source_rows),
            created=F("created") + outcome.created,
            changed=F("changed") + outcome.changed,
            unchanged=F("unchanged") + outcome.unchanged,
            failed=F("failed") + len(problems),
            errors_size=size,
        )
        return problems

    def state_context(self) -> None:
        """Let the history of changes name this import, within the transaction.

        Set by hand: pghistory's own way rewrites statements, which COPY does not survive.
        """
        context = uuid.uuid5(uuid.NAMESPACE_OID, f"import {self.record.pk} {self.file.sha256}")
        metadata = {"import": self.record.pk, "file": self.record.file_name, "kind": self.kind.name}
        with connection.cursor() as cursor:
            cursor.execute("SELECT set_config('lock_timeout', %s, true)", [LOCK_TIMEOUT])
            cursor.execute(_CONTEXT, [str(context), json.dumps(metadata)])

    def _finish(self) -> None:
        self.record.status = ImportStatus.FINISHED
        self.record.finished_at = clock.now()
        with transaction.atomic():
            self.state_context()
            self.kind.conclude(self.record)
            self.remarks = self.kind.remarks(self.record)
            self.record.rows.all().delete()
            self.record.save(update_fields=["status", "finished_at"])


@locking
def _store_batch(run: Run, parsed: ParsedRows) -> list[Problem]:
    """Store a batch and its checkpoint in one transaction; return its problems."""
    run.state_context()
    outcome = _bisected(run, Batch(run.record, run.layout.names, parsed.rows)) if parsed.rows else Outcome()
    return run.checkpoint(outcome + Outcome(problems=parsed.problems), parsed.source_rows)


def _bisected(run: Run, batch: Batch) -> Outcome:
    """Store a batch; where the database refuses it, store its halves, down to the row at fault.

    A CHECK constraint is named to the kind first: one that many rows violate would be met once for each of them. Rows
    that wait for each other in a long line are stored in halves too.
    """
    try:
        with transaction.atomic(), connection.cursor() as cursor:
            return run.kind.store(cursor, batch)
    except TangledError:
        pass
    except (IntegrityError, DataError) as error:
        reason, check = said_by_database(error), violated_check(error)
        if check and check not in batch.violated:
            return _bisected(run, replace(batch, violated={**batch.violated, check: reason}))
        if len(batch.rows) == 1:
            return Outcome(problems=[Problem(batch.rows[0].line, reason)])
    middle = len(batch.rows) // 2
    first, second = (_bisected(run, replace(batch, rows=half)) for half in (batch.rows[:middle], batch.rows[middle:]))
    return first + second
