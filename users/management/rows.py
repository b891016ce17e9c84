"""Rows as commands show them: a table for people, CSV and JSON for programs."""

import csv
import json
from argparse import ArgumentParser
from collections.abc import Mapping, Sequence
from typing import TextIO

from users.imports.command import printable
from users.imports.errors_file import safe_cell

Cell = str | int | float | bool | None
Row = Mapping[str, Cell]


def add_format(parser: ArgumentParser) -> None:
    """Take ``--format``."""
    parser.add_argument("--format", choices=["table", "csv", "json"], default="table", help="how rows are shown")


def show_rows(out: TextIO, columns: Sequence[str], rows: Sequence[Row], form: str) -> None:
    """Write ``rows`` as ``form`` says: a table has nothing to say of none, CSV and JSON are there also without rows."""
    {"table": _table, "csv": _csv, "json": _json}[form](out, columns, rows)


def _table(out: TextIO, columns: Sequence[str], rows: Sequence[Row]) -> None:
    if not rows:
        return
    lines = [[column.replace("_", " ") for column in columns], *([_cell(row[one]) for one in columns] for row in rows)]
    widths = [max(map(len, cells)) for cells in zip(*lines, strict=True)]
    for line in lines:
        out.write("  ".join(f"{cell:<{width}}" for cell, width in zip(line, widths, strict=True)).rstrip())
        out.write("\n")


def _cell(value: Cell) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, float):
        return f"{value:,.3f}"
    return printable(f"{value:,}" if isinstance(value, int) else value or "")


def _csv(out: TextIO, columns: Sequence[str], rows: Sequence[Row]) -> None:
    writer = csv.writer(out)
    writer.writerow(columns)
    writer.writerows([safe_cell("" if row[one] is None else str(row[one])) for one in columns] for row in rows)


def _json(out: TextIO, _columns: Sequence[str], rows: Sequence[Row]) -> None:
    out.write(json.dumps(rows, ensure_ascii=False) + "\n")
