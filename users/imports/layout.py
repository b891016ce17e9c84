"""From the header of a file to the columns that an import knows."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from users.imports.columns import Column
from users.imports.errors import RowError, UnusableFileError
from users.imports.sources import SourceRow


@dataclass(frozen=True)
class Layout:
    """Which columns a file has, where, and how many cells make a row."""

    columns: Sequence[Column]
    positions: Sequence[int]
    width: int
    ignored: Sequence[str]

    @property
    def names(self) -> list[str]:
        """The names of the fields that are imported."""
        return [name for column in self.columns for name in column.fills or [column.name]]

    def parse(self, row: SourceRow) -> list[object]:
        """Return the values of a row in the order of ``names``. Raises ``RowError``."""
        if row.problem:
            raise RowError(row.problem)
        if len(row.cells) != self.width:
            raise RowError(f"has {len(row.cells)} cells where the header has {self.width}")
        values: list[object] = []
        for column, place in zip(self.columns, self.positions, strict=True):
            value = column.parse(row.cells[place])
            if column.fills:
                values += value  # type: ignore[arg-type]  # as many as it fills
            else:
                values.append(value)
        return values


def read_layout(
    header: Sequence[str],
    known: Sequence[Column],
    *,
    required: Sequence[Sequence[str]],
    ignored: Sequence[str] = (),
) -> Layout:
    """Match a header with the columns an import knows.

    ``required`` lists groups of which the file needs one column each; ``ignored`` are read-only fields of the API.
    Raises ``UnusableFileError`` for a column that is unknown, missing or there twice.
    """
    names = [name.strip() for name in header]
    columns = {column.name: column for column in known}
    _refuse_repeated(names)
    _refuse_unknown(names, [*columns, *ignored])
    for group in required:
        if not set(group) & set(names):
            raise UnusableFileError(f"The column {' or '.join(group)} is missing. The file has: {', '.join(names)}.")
    places = [place for place, name in enumerate(names) if name in columns]
    found = [columns[names[place]] for place in places]
    _refuse_filled_twice(found)
    return Layout(found, places, len(names), [name for name in names if name in ignored])


def _refuse_repeated(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UnusableFileError(f"The column “{name}” is there twice.")


def _refuse_filled_twice(columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    for column in columns:
        if set(column.fills) & set(names):
            raise UnusableFileError(f"Give either {column.name}, or {' and '.join(column.fills)}.")


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            meant = f" Did you mean {close[0]}?" if close else ""
            raise UnusableFileError(f"The column “{name[:80]}” is unknown.{meant} Known are: {', '.join(known)}.")
