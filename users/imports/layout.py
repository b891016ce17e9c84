"""From the header of a file to the columns that an import knows."""

import difflib
from collections.abc import Sequence
from dataclasses import dataclass

from django.utils.translation import gettext as _

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
        """Return the values of a row in the order of ``names``. Raises ``RowError`` with the faults of all columns."""
        if row.problem:
            raise RowError(row.problem)
        if len(row.cells) != self.width:
            raise RowError(
                _("has %(cells)s cells where the header has %(width)s") % {"cells": len(row.cells), "width": self.width}
            )
        values: list[object] = []
        reasons: list[str] = []
        for column, place in zip(self.columns, self.positions, strict=True):
            try:
                value = column.parse(row.cells[place])
            except RowError as error:
                reasons += error.reasons
                continue
            if column.fills:
                values += value  # type: ignore[arg-type]  # as many as it fills
            else:
                values.append(value)
        if reasons:
            raise RowError(*reasons)
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
            reason = _("The column %(columns)s is missing. The file has: %(names)s.")
            raise UnusableFileError(reason % {"columns": _(" or ").join(group), "names": ", ".join(names)})
    places = [place for place, name in enumerate(names) if name in columns]
    found = [columns[names[place]] for place in places]
    _refuse_filled_twice(found)
    return Layout(found, places, len(names), [name for name in names if name in ignored])


def _refuse_repeated(names: Sequence[str]) -> None:
    for name in names:
        if names.count(name) > 1:
            raise UnusableFileError(_("The column “%(name)s” is there twice.") % {"name": name})


def _refuse_filled_twice(columns: Sequence[Column]) -> None:
    names = [column.name for column in columns]
    for column in columns:
        if set(column.fills) & set(names):
            raise UnusableFileError(
                _("Give either %(name)s, or %(others)s.")
                % {"name": column.name, "others": _(" and ").join(column.fills)}
            )


def _refuse_unknown(names: Sequence[str], known: Sequence[str]) -> None:
    for name in names:
        if name not in known:
            close = difflib.get_close_matches(name, known, n=1)
            unknown = _("The column “%(name)s” is unknown.") % {"name": name[:80]}
            meant = [_("Did you mean %(name)s?") % {"name": close[0]}] if close else []
            listed = _("Known are: %(names)s.") % {"names": ", ".join(known)}
            raise UnusableFileError(" ".join([unknown, *meant, listed]))
