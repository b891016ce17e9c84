"""What the commands that import have in common."""

from argparse import ArgumentParser, ArgumentTypeError
from pathlib import Path

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError

from users.imports.errors import UnusableFileError
from users.imports.kinds import ImportKind
from users.imports.progress import progress_on
from users.imports.run import BATCH_ROWS
from users.imports.service import Options, Report, import_file

LONGEST_REASON = 500
LONGEST_COUNT = 9  # digits
ROWS_IN_ERROR, UNUSABLE, BROKEN_OFF, INTERRUPTED = 1, 2, 1, 130


class ImportCommand(BaseCommand):
    """Imports a file of the ``kind`` that a subclass names; see docs/imports.md."""

    kind: ImportKind

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the file and the options that every import has."""
        parser.add_argument("file", type=Path, help="CSV (UTF-8) or XLSX; the first line names the columns")
        parser.add_argument("--errors", type=Path, help="where rows in error go (default: FILE.errors.csv)")
        parser.add_argument("--dry-run", action="store_true", help="do everything, say what happened, roll it back")
        parser.add_argument("--batch-size", type=_count, default=BATCH_ROWS, help="rows per transaction")

    def handle(self, *, file: Path, errors: Path | None, dry_run: bool, batch_size: int, **_options: object) -> None:
        """Import; exit status 1 for rows in error or where database or disk failed, 2 for a file of no use.

        130 when interrupted.
        """
        options = Options(
            errors_path=errors,
            dry_run=dry_run,
            batch_rows=batch_size,
            say=self.stdout.write,
            # Django's wrapper would end each move of a bar as a red line of its own.
            progress=lambda lines: progress_on(self.stderr._out, lines),  # type: ignore[arg-type]  # the stubs' mistake
        )
        try:
            report = import_file(self.kind, file, options)
        except UnusableFileError as error:
            raise CommandError(str(error), returncode=UNUSABLE) from error
        except (OperationalError, OSError) as error:
            again = "Nothing was stored." if dry_run else "What was done stays: run the same command again to go on."
            reason = str(error).partition("\n")[0]
            who = "The import" if isinstance(error, OSError) else "The database"
            raise CommandError(f"{who} could not go on: {reason}. {again}", returncode=BROKEN_OFF) from error
        except KeyboardInterrupt as error:
            again = "Nothing was stored." if dry_run else "Run the same command again to go on where it stopped."
            raise CommandError(f"Interrupted. {again}", returncode=INTERRUPTED) from error
        self._tell(report, dry_run=dry_run)

    def _tell(self, report: Report, *, dry_run: bool) -> None:
        record = report.record
        would = "Dry run, nothing stored" if dry_run else f"Import {record.pk} {record.shown_status()}"
        self.stdout.write(
            f"{would}: {_rows(record.rows_done)}: {record.created:,} created, {record.changed:,} changed, "
            f"{record.unchanged:,} unchanged, {record.failed:,} in error."
        )
        for remark in report.remarks:
            self.stdout.write(remark)
        if not record.rows_done:
            self.stdout.write("The file has no rows below the names of its columns.")
        for problem in report.first_problems:
            self.stdout.write(f"  line {problem.line:,}: {printable(problem.reason)}")
        if record.failed:
            rows = "row is" if record.failed == 1 else "rows are"
            raise CommandError(
                f"{record.failed:,} {rows} in error, listed in {report.errors_path}. Correct that file and import it.",
                returncode=ROWS_IN_ERROR,
            )


def printable(text: str) -> str:
    """Return ``text`` in one line without the control characters by which a file could steer the terminal."""
    return "".join(character if character.isprintable() else "�" for character in text[:LONGEST_REASON])


def _count(text: str) -> int:
    if not (text.isascii() and text.isdecimal() and 0 < len(text) <= LONGEST_COUNT and int(text)):
        raise ArgumentTypeError(f"{text[:60]!r} is no whole number from 1 on.")
    return int(text)


def _rows(number: int) -> str:
    return "1 row" if number == 1 else f"{number:,} rows"
