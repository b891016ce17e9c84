"""All rows of the benchmark, one after the other."""

import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager

from benchmarks import by_counts, counting, deep_pages, filtered_page, importing, registering
from benchmarks.database import drop, prepare, settle
from benchmarks.machine import described, moment
from benchmarks.report import written
from benchmarks.results import RowResult
from benchmarks.scales import SCALES, Scale

ROWS: dict[str, Callable[[Scale], RowResult]] = {
    "P1": filtered_page.run,
    "P2": by_counts.run,
    "P3": deep_pages.run,
    "P6": counting.run,
    "P7": registering.run,
    "P8": importing.run,
}


def run(scale_name: str, names: Sequence[str] | None, *, keep: bool, before: str = "") -> tuple[str, list[str]]:
    """Return the document, and a line for each ratio that no size and no machine explains.

    Rows that were not asked for stay in it as they are in ``before``.
    """
    scale = SCALES[scale_name]
    with _told("database"):
        prepare(scale, keep=keep)
    facts = described(scale)
    results = []
    taken = {}
    for name in names or ROWS:
        with _told(name):
            results.append(ROWS[name](scale))
            taken[name] = moment()
            settle()
    if not keep:
        drop()
    senseless = [
        f"{row.name} {comparison.work}: {comparison.ratio:.3g}"
        for row in results
        for comparison in row.comparisons
        if not comparison.sane
    ]
    return written(results, facts, taken=taken, rows=ROWS, before=before), senseless


@contextmanager
def _told(name: str) -> Iterator[None]:
    """Say on standard error how long a part took."""
    begun = time.monotonic()
    yield
    sys.stderr.write(f"{name}: {time.monotonic() - begun:.1f} s\n")
