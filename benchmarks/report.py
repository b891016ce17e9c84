"""The results as the table of docs/benchmarks.md."""

from collections.abc import Iterable, Sequence
from statistics import median

from benchmarks.results import Comparison, RowResult

INTRODUCTION = """# Benchmarks

Written by `make bench`. Each figure is held against a floor or a peer that ran in the same minutes, turn by turn; a
ratio is that of the medians. `≥` reads a ratio as speed (the peer's time by ours), `≤` as time (ours by the peer's).
Targets are for full scale.
"""
HEADER = """| row | work | held against | ratio | target | | ours | theirs | rounds |
|---|---|---|---|---|---|---|---|---|"""


def written(results: Sequence[RowResult], facts: Iterable[str]) -> str:
    """Return the whole document."""
    lines = [INTRODUCTION, *(f"- {fact}" for fact in facts), "", HEADER]
    lines += [_line(row, comparison) for row in results for comparison in row.comparisons]
    notes = [f"- **{row.name}** {note}" for row in results for note in row.notes]
    return "\n".join([*lines, *(["", "## Seen on the way", "", *notes] if notes else [])]) + "\n"


def _line(row: RowResult, comparison: Comparison) -> str:
    target = str(comparison.limit) if comparison.target else "told only"
    verdict = ("**met**" if comparison.met else "**missed**") if comparison.target else ""
    cells = [
        row.name,
        comparison.work,
        comparison.peer,
        f"{comparison.ratio:,.2f}" if comparison.ratio < 100 else f"{comparison.ratio:,.0f}",  # noqa: PLR2004  # digits
        target,
        verdict,
        _spread(comparison.ours),
        _spread(comparison.theirs),
        str(len(comparison.ours)),
    ]
    return f"| {' | '.join(cells)} |"


def _spread(seconds: Sequence[float]) -> str:
    return f"{_duration(median(seconds))} ({_duration(min(seconds))} to {_duration(max(seconds))})"


def _duration(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
