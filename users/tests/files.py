"""Files to import, written and imported in one line."""

from pathlib import Path

import openpyxl
from django.db import connection

from users.imports.kinds import ImportKind
from users.imports.people import PeopleImport
from users.imports.service import Options, Report, import_file


def csv_file(folder: Path, *lines: str, name: str = "file.csv") -> Path:
    """Write lines as a CSV file in UTF-8."""
    path = folder / name
    path.write_text("".join(f"{line}\n" for line in lines), encoding="utf-8")
    return path


def xlsx_file(folder: Path, *rows: list[object]) -> Path:
    """Write rows as the first sheet of a workbook."""
    workbook = openpyxl.Workbook()
    for row in rows:
        workbook.worksheets[0].append(row)
    path = folder / "file.xlsx"
    workbook.save(path)
    return path


def imported(path: Path, kind: ImportKind | None = None, options: Options | None = None) -> Report:
    """Import a file: people, unless ``kind`` says else."""
    return import_file(kind or PeopleImport(), path, options)


def only_the_database_refuses(city: str) -> None:
    """Have the database refuse a city for the rest of the test's transaction; no other part knows of it."""
    with connection.cursor() as cursor:
        cursor.execute(f"ALTER TABLE users_user ADD CONSTRAINT nobody_lives_there CHECK (city <> '{city}')")


def numbers(report: Report) -> tuple[int, int, int, int]:
    """Return how many rows were created, changed, unchanged and in error."""
    record = report.record
    return record.created, record.changed, record.unchanged, record.failed


def errors(report: Report) -> list[str]:
    """Return the lines of the file of errors without its header."""
    return report.errors_path.read_text(encoding="utf-8").splitlines()[1:]
