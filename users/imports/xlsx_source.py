"""XLSX: the first sheet, its cells as the text that a CSV would hold. Formulae are text, never evaluated.

Excel knows no dates without a time: which of the two a cell is, its number format says, and never its clock.
"""

import re
import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import openpyxl
from django.utils.translation import gettext as _
from openpyxl.cell import Cell, MergedCell

from users.imports.errors import UnusableFileError
from users.imports.sources import SourceRow

# Of a number format: texts in quotes or after a sign that quotes one, colours, languages, and all but its first part.
_SHOWS_NOTHING = re.compile(r'"[^"]*"|[\\_*].|\[(?!h+\]|m+\]|s+\])[^\]]*\]|;.*', re.IGNORECASE | re.DOTALL)


class XlsxSource:
    """Reads the first sheet of a workbook a row at a time (its table of shared texts is held in memory).

    Its checksums are checked whole before the first row is given out. What a damaged one makes the libraries raise has
    no common ground: any error there is the file's.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        try:
            _check_sums(path)
            self._workbook = openpyxl.load_workbook(path, read_only=True, data_only=False)
            self._sheet = self._workbook.worksheets[0]
            header = next(self._sheet.iter_rows(max_row=1), ())
        except OSError:
            raise
        except Exception as error:
            reason = _("%(path)s is not readable as XLSX: it is no workbook, or a damaged one (%(error)s).")
            raise UnusableFileError(reason % {"path": path, "error": error}) from error
        self.header = _without_empty_end([text_of(cell) for cell in header])
        self.lines: int | None = self._sheet.max_row
        if not self.header:
            reason = _("%(path)s: the first row must name the columns, and it is empty.")
            raise UnusableFileError(reason % {"path": path})

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows below the header; cells missing at a row's end are empty ones.

        The row at which the sheet's own text is broken has a problem and is the last.
        """
        line, below = 1, self._sheet.iter_rows(min_row=2)
        try:
            for line, row in enumerate(below, start=2):
                cells = self._whole([text_of(cell) for cell in row])
                if any(cells):
                    yield SourceRow(line, cells)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # see above
            yield SourceRow(line + 1, [], _("not readable as XLSX from here on: %(error)s") % {"error": error})
        self._workbook.close()

    def _whole(self, cells: list[str]) -> list[str]:
        width = len(self.header)
        cells += [""] * (width - len(cells))
        return cells[:width] + _without_empty_end(cells[width:])


def _check_sums(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if (damaged := archive.testzip()) is not None:
            raise zipfile.BadZipFile(f"{damaged} is damaged")


def text_of(cell: Cell | MergedCell) -> str:
    """Return a cell as text: whole numbers without a point, times in ISO 8601.

    A cell whose number format shows no clock is a date alone, whatever its clock; any other is a time, midnight too.
    """
    value = cell.value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and shows_days_alone(cell.number_format):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def shows_days_alone(number_format: str) -> bool:
    """Tell whether a number format shows day, month or year, and neither hours nor seconds."""
    shown = _SHOWS_NOTHING.sub("", number_format).lower()
    return bool(set("dmy") & set(shown)) and not set("hs") & set(shown)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
