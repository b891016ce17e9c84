"""XLSX: the first sheet, its cells as the text that a CSV would hold. Formulae are text, never evaluated."""

import zipfile
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path

import openpyxl

from users.imports.errors import UnusableFileError
from users.imports.sources import SourceRow


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
            header = next(self._sheet.iter_rows(max_row=1, values_only=True), ())
        except OSError:
            raise
        except Exception as error:
            raise UnusableFileError(f"{path} is not readable as XLSX: {error}") from error
        self.header = _without_empty_end([text_of(cell) for cell in header])
        self.lines: int | None = self._sheet.max_row
        if not self.header:
            raise UnusableFileError(f"{path}: the first row must name the columns, and it is empty.")

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows below the header; cells missing at a row's end are empty ones.

        The row at which the sheet's own text is broken has a problem and is the last.
        """
        line, below = 1, self._sheet.iter_rows(min_row=2, values_only=True)
        try:
            for line, row in enumerate(below, start=2):
                cells = self._whole([text_of(cell) for cell in row])
                if any(cells):
                    yield SourceRow(line, cells)
        except OSError:
            raise
        except Exception as error:  # noqa: BLE001  # see above
            yield SourceRow(line + 1, [], f"not readable as XLSX from here on: {error}")
        self._workbook.close()

    def _whole(self, cells: list[str]) -> list[str]:
        width = len(self.header)
        cells += [""] * (width - len(cells))
        return cells[:width] + _without_empty_end(cells[width:])


def _check_sums(path: Path) -> None:
    with zipfile.ZipFile(path) as archive:
        if (damaged := archive.testzip()) is not None:
            raise zipfile.BadZipFile(f"{damaged} is damaged")


def text_of(cell: object) -> str:
    """Return a cell's value as text: whole numbers without a point, times in ISO 8601, midnight as a date alone."""
    if cell is None:
        return ""
    if isinstance(cell, bool):
        return "true" if cell else "false"
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    if isinstance(cell, datetime):
        return (cell.date() if cell.time() == time.min else cell).isoformat()
    return cell.isoformat() if isinstance(cell, date | time) else str(cell)


def _without_empty_end(cells: list[str]) -> list[str]:
    while cells and not cells[-1]:
        cells.pop()
    return cells
