"""The file that lists rows in error: line, reason and the row, safe to open in a spreadsheet."""

import csv
import io
from collections.abc import Iterable, Sequence
from pathlib import Path

from users.imports.kinds import Problem

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
LONGEST_CELL = 1_000  # what a spreadsheet shows; a cell beyond is the error itself more often than not


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, cut where it is very long."""
    shown = f"{text[:LONGEST_CELL]}… ({len(text):,} characters)" if len(text) > LONGEST_CELL else text
    return f"'{shown}" if shown.startswith(FORMULA_STARTS) else shown


class ErrorsFile:
    """Written in step with the checkpoints: what a killed import wrote beyond its last one is overwritten."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.header = ["line", "reason", *header]

    def write(self, position: int, rows: Iterable[tuple[Problem, Sequence[str]]]) -> int:
        """Write problems, each with its row, from byte ``position`` on; return where the file ends now.

        The file appears with its first problem; at position 0 one that an earlier import left is replaced.
        """
        lines = [[str(problem.line), problem.reason, *cells] for problem, cells in rows]
        if position == 0 and not lines:
            self.path.unlink(missing_ok=True)
            return 0
        self.path.touch()
        with self.path.open("rb+") as file:
            position = min(position, file.seek(0, io.SEEK_END))
            file.seek(position)
            file.truncate()
            file.write(_as_csv(lines if position else [self.header, *lines]))
            return file.tell()


def _as_csv(rows: Sequence[Sequence[str]]) -> bytes:
    text = io.StringIO(newline="")
    csv.writer(text).writerows([safe_cell(cell) for cell in row] for row in rows)
    return text.getvalue().encode("utf-8", errors="backslashreplace")
