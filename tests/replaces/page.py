"""What ``docs/replaces.md`` says: the rows of its tables, read strictly."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from tests import deployment

PAGE = "docs/replaces.md"
HEADER = ["They had", "Now", "Today"]
TODAY = {"yes": True, "not yet": False}
KINDS = ("Calls", "Fields", "Body", "Filters", "Orders", "Statuses", "Roles", "Variables")


@dataclass(frozen=True, order=True)
class Key:
    """What a row is about: a call, or a name within an address (``Fields``, ``/users/``, ``city``)."""

    kind: str
    place: str
    name: str

    def __str__(self) -> str:
        return " ".join(filter(None, (self.kind, self.place, self.name)))


@dataclass(frozen=True)
class Row:
    """One row: what it is about, and whether it says that this is there."""

    key: Key
    is_there: bool


def rows() -> list[Row]:
    """Return every row of the page."""
    return list(rows_of(deployment.text(PAGE)))


def rows_of(text: str) -> Iterator[Row]:
    """Read a page. Raises ``ValueError`` for a table that is none of ours and for a row that does not fit."""
    kind = place = ""
    for line in text.splitlines():
        if line.startswith("#"):
            kind, place = _table_named(line)
        elif line.startswith("|") and not re.fullmatch(r"[|-]+", line):
            cells = [cell.strip() for cell in line.strip("|").split("|")]
            if cells != HEADER:
                yield _row(kind, place, cells)


def _table_named(heading: str) -> tuple[str, str]:
    """Return what a heading says that the next table is about."""
    words = heading.lstrip("# ")
    kind = words.partition(" ")[0]
    if not heading.startswith("### ") or kind not in KINDS:
        return "", ""
    found = re.search(r"`(.+)`", words)
    return kind, found[1] if found else ""


def _row(kind: str, place: str, cells: list[str]) -> Row:
    name = re.match(r"`([^`]+)`", cells[1]) if len(cells) == len(HEADER) else None
    if not kind or name is None or cells[2] not in TODAY:
        raise ValueError(f"No row of a table that is known: {cells}")
    return Row(Key(kind, place, name[1]), TODAY[cells[2]])
