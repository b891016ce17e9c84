"""What the commands of registration have in common."""

from argparse import ArgumentParser
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, ClassVar

from django.core.management.base import BaseCommand, CommandError
from django.db import OperationalError, transaction

from api.exceptions import Conflict
from users.management.rows import Row, add_format, show_rows

REFUSED, INTERRUPTED = 1, 130


class StepsCommand(BaseCommand):
    """Takes steps through the services, each in its own transaction, and shows a row for each.

    A step that the rules refuse is a row that says why in ``refused``, and exit status 1.
    """

    columns: ClassVar[Sequence[str]]
    nothing: ClassVar[str] = "There is nothing to do."

    def add_arguments(self, parser: ArgumentParser) -> None:
        """Take the options that all of them have."""
        parser.add_argument("--dry-run", action="store_true", help="do everything, show what happened, roll it back")
        add_format(parser)

    def steps(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Take the steps for the arguments ``given`` and return rows of the ``columns``.

        Raises ``CommandError`` for arguments of no use.
        """
        raise NotImplementedError

    def rehearse(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Return what ``steps`` would, and store nothing: they are taken, and taken back in the end."""
        with transaction.atomic():
            yield from self.steps(given)
            transaction.set_rollback(True)

    def handle(self, *, dry_run: bool, format: str, **options: Any) -> None:  # noqa: A002  # the option's name
        """Take the steps and show them: exit status 1 for one refused or a busy database, 130 when interrupted."""
        rows: list[Row] = []
        try:
            rows.extend(self.rehearse(options) if dry_run else self.steps(options))
        except OperationalError as error:
            reason = str(error).partition("\n")[0]
            raise CommandError(f"The database could not go on: {reason}. Try again.", returncode=REFUSED) from error
        except KeyboardInterrupt as error:
            again = "Nothing was stored." if dry_run else "What was done stays: run the same command again to go on."
            raise CommandError(f"Interrupted. {again}", returncode=INTERRUPTED) from error
        self._show(rows, format, dry_run=dry_run)

    def _show(self, rows: list[Row], form: str, *, dry_run: bool) -> None:
        # Not Django's wrapper, which adds an end of line to each cell that it is given.
        show_rows(self.stdout._out, self.columns, rows, form)  # type: ignore[arg-type]  # the stubs' mistake
        if not rows and form == "table":
            self.stdout.write(self.nothing)
        if dry_run:
            self.stderr.write("Dry run: nothing was stored.")
        refused = sum(1 for row in rows if row.get("refused"))
        if refused:
            raise CommandError(f"{refused:,} of {len(rows):,} refused; see the last column.", returncode=REFUSED)


def refusal(error: Conflict) -> str:
    """Return what the rules say against a step."""
    return str(error.detail)
