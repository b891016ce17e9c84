"""A file of errors, corrected by its author and imported again as it is."""

from collections.abc import Iterator, Sequence

from django.utils.translation import gettext as _

from users.imports.errors_file import LEADING, cell_of_author, was_cut
from users.imports.sources import Source, SourceRow


class CorrectedSource:
    """The rows of a file of errors without its leading columns, their cells as they were before it was written."""

    def __init__(self, source: Source) -> None:
        self._source = source
        self.header = source.header[len(LEADING) :]
        self.lines = source.lines

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows; one with a cell that the file of errors cut has a problem, or half of a text would go in."""
        for row in self._source.rows():
            cells = row.cells[len(LEADING) :]
            yield SourceRow(row.line, [cell_of_author(cell) for cell in cells], row.problem or _problem(cells))


def is_file_of_errors(header: Sequence[str]) -> bool:
    """Tell whether a header begins as that of a file of errors does."""
    return [name.strip() for name in header[: len(LEADING)]] == LEADING


def _problem(cells: Sequence[str]) -> str:
    return _("holds a text that was cut here; take the row from the first file") if any(map(was_cut, cells)) else ""
