"""CSV in UTF-8, with or without a byte order mark; the delimiter is found from the header."""

import codecs
import csv
from collections.abc import Iterator
from pathlib import Path

from django.utils.translation import gettext as _

from users.imports.errors import UnusableFileError
from users.imports.sources import CHUNK, SourceRow

DELIMITERS = ",;\t"
# A cell beyond this is an error of its row: most often a quote that is never closed.
LARGEST_CELL = 32 << 20


class CsvSource:
    """Reads a CSV file a row at a time. Its encoding is checked whole before the first row is given out."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self.lines: int | None = _count_lines(path)
        self.delimiter, self.header = _read_header(path)

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows below the header; a row with broken quotes has a problem, and reading goes on after it."""
        csv.field_size_limit(LARGEST_CELL)
        with self.path.open(encoding="utf-8-sig", newline="") as file:
            reader = csv.reader(file, delimiter=self.delimiter, strict=True)
            next(reader)
            while True:
                line = reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    reason = _("not readable as CSV: %(error)s") % {"error": error}
                    yield SourceRow(line, [], f"{reason}{_lost(line, reader.line_num)}")
                    continue
                if any(cells):
                    yield SourceRow(line, cells)


def _lost(first: int, last: int) -> str:
    """Return which lines a broken row swallowed: a quote that is never closed takes all that follow."""
    if last == first:
        return ""
    reason = _("; lines %(first)s to %(last)s were taken for this one row: close the quote that opens in it")
    return reason % {"first": first, "last": last}


def _read_header(path: Path) -> tuple[str, list[str]]:
    """Return the delimiter that splits the header into most columns, and the columns."""
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline(CHUNK)
    if not first:
        raise UnusableFileError(_("%(path)s is empty: its first line must name the columns.") % {"path": path})
    if not first.strip():
        reason = _("%(path)s: the first line must name the columns, and it is empty.")
        raise UnusableFileError(reason % {"path": path})
    delimiter = max(DELIMITERS, key=first.count)
    try:
        return delimiter, next(csv.reader([first], delimiter=delimiter, strict=True))
    except csv.Error as error:
        reason = _("%(path)s: the header is not readable as CSV: %(error)s")
        raise UnusableFileError(reason % {"path": path, "error": error}) from error


def _count_lines(path: Path) -> int:
    """Count the lines, and raise ``UnusableFileError`` naming line and byte where the file is not UTF-8."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    lines = before = 0
    with path.open("rb") as file:
        while True:
            chunk = file.read(CHUNK)
            try:
                decoder.decode(chunk, final=not chunk)
            except UnicodeDecodeError as error:
                raise _not_utf8(path, error, lines, before - (len(error.object) - len(chunk))) from error
            if not chunk:
                return lines
            lines += chunk.count(b"\n")
            before += len(chunk)


def _not_utf8(path: Path, error: UnicodeDecodeError, lines: int, offset: int) -> UnusableFileError:
    line = lines + error.object.count(b"\n", 0, error.start) + 1
    byte = error.object[error.start]
    reason = _(
        "%(path)s is not UTF-8: line %(line)s, byte %(place)s of the file is %(byte)s. "
        "Save it as “CSV UTF-8” and try again."
    )
    place = offset + error.start + 1
    return UnusableFileError(reason % {"path": path, "line": line, "place": place, "byte": f"0x{byte:02X}"})
