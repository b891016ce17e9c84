"""A plugin for pytest that writes what a run has shown into docs/proof.md: ``make prove``.

A test says its figures by ``record_property``, such as ``requests`` or ``cells``: each number is added up for its row.
"""

import os
import platform
import re
from collections import defaultdict
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path

import pytest

PAGE = Path(__file__).parents[1] / "docs" / "proof.md"
# What is shown, by how its tests begin.
PROOFS = {
    "tests/fuzz/": "Calls drawn from the schema, as everybody: no error of the server, no answer outside the schema",
    "tests/access/test_matrix.py": "The matrix of role, address of the API, object and method: no cell open",
    "tests/access/test_admin_matrix.py": "The matrix of role, page of the admin and object: no cell open",
    "tests/access/test_side_doors.py": "Side doors: counts, autocomplete, batch calls, filters betray nothing",
    "api/tests/test_paging_under_writes.py": "Pages while rows come and go: nothing twice, nothing lost",
    "api/tests/test_idempotency.py": "50 calls at once with one Idempotency-Key: one row, one answer",
    "api/tests/test_etags.py": "Two changes at once with one ETag: one is made, one is a 412",
    "users/accounts/tests/test_lockout.py": "1,000 wrong passwords from one address: locked, and others not",
    "mailing/tests/test_crashes.py": "Mail workers killed at every boundary: each mail goes out once, or is in doubt",
    "tests/registration/test_state_machine.py": "Stories of registration by Hypothesis: the invariants after each step",
    "tests/registration/test_oversell.py": "500 at once for 100 places: 100 are in, in order; without the lock, more",
    "tests/registration/test_races.py": "Swaps, last seats, offers, scans, closing, raises that meet: one winner",
    "tests/load/test_burst.py": "10,000 register for one event over HTTP: everybody is in, in order",
    "tests/load/test_kills.py": "The same while web processes are killed and PostgreSQL restarts: each 201 is in",
}
HEAD = """# What was proved

Written by `make prove`, a row at a time, which runs these tests at full size; `make test` runs them smaller. A row is
written when nothing failed in its run; one that says “not run” shows nothing.

- {processors} cores ({machine}), Python {python}

| what | tests | figures | seconds | taken |
|---|---|---|---|---|
"""
ROLES = """
## Calls drawn from the schema
"""
CALLS = """
Seed {seed}, about {examples} drawn for each operation and role in two ways.

| as | requests | operations that succeeded | answers by status |
|---|---|---|---|
"""
# A row: what is shown, and the cells after it.
KEPT = re.compile(r"^\| ([^|]+) \| ((?:[^|]*\|){3}[^|]*) \|$", re.MULTILINE)


@dataclass
class Row:
    """What the tests of one proof came to; ``parts`` are the figures of each test that has some."""

    tests: int = 0
    seconds: float = 0.0
    figures: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    parts: dict[str, dict[str, object]] = field(default_factory=dict)

    def add(self, report: pytest.TestReport) -> None:
        """Count the end of one test."""
        self.tests += 1
        self.seconds += report.duration
        properties = dict(report.user_properties)
        if properties:
            self.parts[report.nodeid.rpartition("[")[2].rstrip("]")] = properties
        for name, figure in properties.items():
            if isinstance(figure, int):
                self.figures[name] += figure

    def cells(self) -> str:
        """Return the tests, their figures, how long they took and when."""
        figures = ", ".join(f"{figure:,} {name}" for name, figure in self.figures.items())
        return f"{self.tests} | {figures} | {self.seconds:,.0f} | {datetime.now(UTC):%Y-%m-%d}"


class Proof:
    """Gathers what passes and writes the page, unless something failed."""

    def __init__(self) -> None:
        self.rows = {begin: Row() for begin in PROOFS}

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            for begin, row in self.rows.items():
                if report.nodeid.startswith(begin):
                    row.add(report)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            PAGE.write_text(self.page(PAGE.read_text()))

    def page(self, before: str) -> str:
        """Return the page in Markdown; what did not run this time stays as it stands in the page ``before``."""
        text = HEAD.format(processors=os.cpu_count(), machine=platform.machine(), python=platform.python_version())
        known = dict(KEPT.findall(before))
        for begin, row in self.rows.items():
            what = PROOFS[begin]
            text += f"| {what} | {row.cells() if row.tests else known.get(what, 'not run | | |')} |\n"
        return text + ROLES + (self._calls() or before.partition(ROLES)[2])

    def _calls(self) -> str:
        """Return what calls were drawn for each role; nothing where none were."""
        rows = [
            f"| {role} | {part['requests']:,} | {part['succeeded']} | {part['answers']} |\n"
            for role, part in self.rows["tests/fuzz/"].parts.items()
        ]
        drawn = CALLS.format(seed=os.environ.get("FUZZ_SEED"), examples=os.environ.get("FUZZ_EXAMPLES"))
        return drawn + "".join(rows) if rows else ""


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes of one run report to the first
        config.pluginmanager.register(Proof())


def pytest_report_header() -> str:
    return f"seed of the calls that are drawn: {os.environ.get('FUZZ_SEED')}"
