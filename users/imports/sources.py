"""Files as rows of text cells with their line numbers: what CSV and XLSX have in common."""

from collections.abc import Iterator
from typing import NamedTuple, Protocol

CHUNK = 1 << 20


class SourceRow(NamedTuple):
    """One row as it was found: ``problem`` says why its cells could not be read."""

    line: int
    cells: list[str]
    problem: str = ""


class Source(Protocol):
    """An open file: ``header`` names its columns, ``lines`` how many there are (None: unknown)."""

    header: list[str]
    lines: int | None

    def rows(self) -> Iterator[SourceRow]:
        """Yield the rows below the header, without empty ones, holding one at a time."""
        ...
