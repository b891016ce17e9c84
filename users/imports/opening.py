"""Opening a file to import: CSV and XLSX are told apart by content."""

import hashlib
from dataclasses import dataclass
from pathlib import Path

from django.utils.translation import gettext as _

from users.imports.corrected import CorrectedSource, is_file_of_errors
from users.imports.csv_source import CsvSource
from users.imports.errors import UnusableFileError
from users.imports.sources import Source
from users.imports.xlsx_source import XlsxSource

ZIP_SIGNATURE = b"PK\x03\x04"
OLD_WORKBOOK_SIGNATURE = b"\xd0\xcf\x11\xe0"


@dataclass(frozen=True)
class File:
    """A file to import and the digest that tells it."""

    path: Path
    sha256: str
    source: Source


def open_file(path: Path) -> File:
    """Open a CSV or XLSX file, told apart by content. Raises ``UnusableFileError`` for one that cannot be read."""
    try:
        with path.open("rb") as file:
            signature = file.read(len(ZIP_SIGNATURE))
        if signature == OLD_WORKBOOK_SIGNATURE:
            reason = _("%(path)s is an old or a protected workbook. Save it as XLSX without a password.")
            raise UnusableFileError(reason % {"path": path})
        source: Source = XlsxSource(path) if signature == ZIP_SIGNATURE else _csv_source(path)
        return File(path, digest(path), CorrectedSource(source) if is_file_of_errors(source.header) else source)
    except OSError as error:
        raise UnusableFileError(f"{path}: {error.strerror or error}") from error


def _csv_source(path: Path) -> CsvSource:
    """Return the file read as CSV; of one that only its name makes a workbook, what is wrong is that it is none."""
    try:
        return CsvSource(path)
    except UnusableFileError as error:
        if path.suffix.lower() != ".xlsx":
            raise
        reason = _("%(path)s is not readable as XLSX: it is no workbook, or a damaged one. Save it anew.")
        raise UnusableFileError(reason % {"path": path}) from error


def digest(path: Path) -> str:
    """Return the SHA-256 of a file's bytes."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()
