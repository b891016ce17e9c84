"""What was measured, as ratios with a verdict."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Literal


class WrongResultError(Exception):
    """The product and what it is held against do not agree, so that their times say nothing."""


@dataclass(frozen=True)
class Limit:
    """What a ratio has to keep: ``≥`` reads it as speed (peer's time by ours), ``≤`` as time (ours by the peer's)."""

    sign: Literal["≥", "≤"]
    value: float

    def ratio(self, ours: float, theirs: float) -> float:
        """Return the ratio in this limit's direction."""
        return theirs / ours if self.sign == "≥" else ours / theirs

    def holds(self, ratio: float) -> bool:
        """Tell whether ``ratio`` keeps the limit."""
        return ratio >= self.value if self.sign == "≥" else ratio <= self.value

    def __str__(self) -> str:
        return f"{self.sign} {self.value:,g}"


@dataclass(frozen=True)
class Comparison:
    """Seconds per unit of one piece of work, ours and the peer's, each timed once per round.

    Full scale has to keep ``limit`` where it is a ``target``, else it is only told; ``gross`` holds at any size.
    """

    work: str
    peer: str
    ours: Sequence[float]
    theirs: Sequence[float]
    limit: Limit
    target: bool = True
    gross: float | None = None

    @property
    def ratio(self) -> float:
        return self.limit.ratio(median(self.ours), median(self.theirs))

    @property
    def met(self) -> bool:
        """Tell whether the target is met; what has none is."""
        return not self.target or self.limit.holds(self.ratio)

    @property
    def sane(self) -> bool:
        """Tell whether the ratio is within what holds at any size, on any machine."""
        return self.gross is None or Limit(self.limit.sign, self.gross).holds(self.ratio)


@dataclass(frozen=True)
class RowResult:
    """One row of the table of performance: its comparisons, and what else was seen."""

    name: str
    comparisons: Sequence[Comparison]
    notes: Sequence[str] = field(default_factory=list)
