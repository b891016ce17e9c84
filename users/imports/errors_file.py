"""The file that lists rows in error: line, reason and the row, safe to open in a spreadsheet and to import again."""

import csv
import io
import re
from collections.abc import Iterable, Sequence
from pathlib import Path

from users.imports.kinds import Problem

FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
QUOTE = "'"
LEADING = ["line", "reason"]  # before the columns of the file
LONGEST_CELL = 32_000  # what fits into a spreadsheet's; a cell beyond is the error itself more often than not
_CUT = re.compile(r"… \([\d,]+ characters\)\Z")


def safe_cell(text: str) -> str:
    """Return a cell that no spreadsheet takes for a formula, cut where it is very long.

    A text that looks quoted already is quoted once more, so that ``cell_of_author`` gives back each as it was.
    """
    shown = f"{text[:LONGEST_CELL]}… ({len(text):,} characters)" if len(text) > LONGEST_CELL else text
    return f"{QUOTE}{shown}" if _is_formula_without_quotes(shown) else shown


def cell_of_author(cell: str) -> str:
    """Return the text of which ``safe_cell`` made ``cell``, but for what it cut."""
    return cell.removeprefix(QUOTE) if _is_formula_without_quotes(cell) else cell


def was_cut(cell: str) -> bool:
    """Tell whether ``safe_cell`` has cut this cell."""
    return len(cell) > LONGEST_CELL and _CUT.search(cell) is not None


def _is_formula_without_quotes(text: str) -> bool:
    return text.lstrip(QUOTE).startswith(FORMULA_STARTS)


class ErrorsFile:
    """Written in step with the checkpoints: what a killed import wrote beyond its last one is overwritten."""

    def __init__(self, path: Path, header: Sequence[str]) -> None:
        self.path = path
        self.header = [*LEADING, *header]

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
