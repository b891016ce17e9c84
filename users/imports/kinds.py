"""What an import of one kind of record declares: its columns, its checks and how a batch is stored."""

from abc import ABC, abstractmethod
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from users.imports.columns import Column
from users.imports.models import Import


class Row(NamedTuple):
    """One valid row: where it stands in the file, and its values in the order of the file's known columns."""

    line: int
    values: Sequence[object]


class Problem(NamedTuple):
    """Why the row at ``line`` was not stored."""

    line: int
    reason: str


@dataclass(frozen=True)
class Batch:
    """Rows to store together, with the names of their columns and the import they belong to.

    ``violated`` names the CHECK constraints that refused them together before, each with what its rows' author reads.
    """

    record: Import
    names: Sequence[str]
    rows: Sequence[Row]
    violated: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Outcome:
    """What became of a batch: numbers of rows, and the problems of the rest."""

    created: int = 0
    changed: int = 0
    unchanged: int = 0
    problems: list[Problem] = field(default_factory=list)

    def __add__(self, other: "Outcome") -> "Outcome":
        return Outcome(
            self.created + other.created,
            self.changed + other.changed,
            self.unchanged + other.unchanged,
            self.problems + other.problems,
        )


class ImportKind(ABC):
    """How one kind of record is imported. Subclasses say what; the run does the rest."""

    name: str
    model: type[Model]
    columns: Sequence[Column]
    required: Sequence[Sequence[str]]
    ignored: Sequence[str] = ()

    def check(self, names: Sequence[str], values: list[object]) -> None:  # noqa: B027  # a kind may have no such rule
        """Check and complete the values of one row together, in place. Raises ``RowError``."""

    @abstractmethod
    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Store a batch inside the caller's transaction. Where the database refuses it, it is undone and bisected.

        A kind that finds the rows that violate ``batch.violated`` saves that: they are its to refuse.
        """

    def conclude(self, record: Import) -> None:  # noqa: B027  # most kinds have nothing left to do
        """Do what has to wait until every row is stored, inside the transaction that closes the record."""

    def remarks(self, record: Import) -> list[str]:
        """Return what else the operator should know at the end of the import."""
        return []
