"""The results as the table of docs/benchmarks.md."""

import re
from collections.abc import Iterable, Mapping, Sequence
from statistics import median

from benchmarks.results import Comparison, RowResult

INTRODUCTION = """# Benchmarks

Written by `make bench`, a row at a time. Each figure is held against a floor or a peer that ran in the same minutes,
turn by turn; a ratio is that of the medians. `≥` reads a ratio as speed (the peer's time by ours), `≤` as time (ours by
the peer's). Targets are for full scale. The load stands beside the day: what runs beside a benchmark slows both.
"""
HEADER = """| row | work | held against | ratio | target | | ours | theirs | rounds | taken |
|---|---|---|---|---|---|---|---|---|---|"""
LINE = re.compile(r"^(?:\| (?P<row>P\d+) \||- \*\*(?P<note>P\d+)\*\* )")


def written(
    results: Sequence[RowResult],
    facts: Iterable[str],
    *,
    taken: Mapping[str, str],
    rows: Iterable[str],
    before: str = "",
) -> str:
    """Return the whole document: these results, and of ``before`` the rows that were not run this time.

    ``taken`` says of each row that was run when and under which load; ``rows`` gives all of them in their order.
    """
    lines, notes = _kept(before, {result.name for result in results})
    for result in results:
        lines[result.name] = [_line(result, comparison, taken[result.name]) for comparison in result.comparisons]
        notes[result.name] = [f"- **{result.name}** {note}" for note in result.notes]
    names = list(rows)
    table = [line for name in names for line in lines.get(name, ())]
    said = [line for name in names for line in notes.get(name, ())]
    head = [INTRODUCTION, *(f"- {fact}" for fact in facts), "", HEADER]
    return "\n".join([*head, *table, *(["", "## Seen on the way", "", *said] if said else [])]) + "\n"


def _kept(document: str, replaced: set[str]) -> tuple[dict[str, list[str]], dict[str, list[str]]]:
    """Return the lines of the table and the notes of a document by row, but for those that are replaced."""
    lines: dict[str, list[str]] = {}
    notes: dict[str, list[str]] = {}
    for line in document.splitlines():
        found = LINE.match(line)
        if found and (name := found["row"] or found["note"]) not in replaced:
            (lines if found["row"] else notes).setdefault(name, []).append(line)
    return lines, notes


def _line(row: RowResult, comparison: Comparison, taken: str) -> str:
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
        taken,
    ]
    return f"| {' | '.join(cells)} |"


def _spread(seconds: Sequence[float]) -> str:
    return f"{_duration(median(seconds))} ({_duration(min(seconds))} to {_duration(max(seconds))})"


def _duration(seconds: float) -> str:
    for unit, factor in (("s", 1.0), ("ms", 1e3)):
        if seconds * factor >= 1:
            return f"{seconds * factor:.3g} {unit}"
    return f"{seconds * 1e6:.3g} µs"
