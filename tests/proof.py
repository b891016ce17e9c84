"""A plugin for pytest that writes what a run has shown into docs/proof.md: ``make prove``.

A test says its figures by ``record_property``, such as ``requests`` or ``cells``: each number is added up for its row.
"""

import os
import platform
import time
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

Written by `make prove`, which runs these tests at full size; `make test` runs them smaller. Each row failed nothing;
one that says “not run” was left out of this run, and shows nothing.

- Taken on {date} on {processors} cores ({machine}), Python {python}, in {seconds:,.0f} seconds
- Seed of the calls: {seed}, about {examples} drawn for each operation and role in two ways

| what | tests | figures | seconds |
|---|---|---|---|
"""
ROLES = """
## Calls drawn from the schema

| as | requests | operations that succeeded | answers by status |
|---|---|---|---|
"""


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
        """Return the tests, their figures and how long they took; nothing is claimed of what did not run."""
        if not self.tests:
            return "not run | |"
        figures = ", ".join(f"{figure:,} {name}" for name, figure in self.figures.items())
        return f"{self.tests} | {figures} | {self.seconds:,.0f}"


class Proof:
    """Gathers what passes and writes the page, unless something failed."""

    def __init__(self) -> None:
        self.rows = {begin: Row() for begin in PROOFS}
        self.begun = time.monotonic()

    def pytest_runtest_logreport(self, report: pytest.TestReport) -> None:
        if report.when == "call" and report.passed:
            for begin, row in self.rows.items():
                if report.nodeid.startswith(begin):
                    row.add(report)

    def pytest_sessionfinish(self, exitstatus: int) -> None:
        if exitstatus == pytest.ExitCode.OK:
            PAGE.write_text(self.page())

    def page(self) -> str:
        """Return the page in Markdown."""
        text = HEAD.format(
            date=f"{datetime.now(UTC):%Y-%m-%d}",
            processors=os.cpu_count(),
            machine=platform.machine(),
            python=platform.python_version(),
            seconds=time.monotonic() - self.begun,
            seed=os.environ.get("FUZZ_SEED"),
            examples=os.environ.get("FUZZ_EXAMPLES"),
        )
        text += "".join(f"| {PROOFS[begin]} | {row.cells()} |\n" for begin, row in self.rows.items())
        text += ROLES
        for role, part in self.rows["tests/fuzz/"].parts.items():
            text += f"| {role} | {part['requests']:,} | {part['succeeded']} | {part['answers']} |\n"
        return text


def pytest_configure(config: pytest.Config) -> None:
    if not hasattr(config, "workerinput"):  # the processes of one run report to the first
        config.pluginmanager.register(Proof())


def pytest_report_header() -> str:
    return f"seed of the calls that are drawn: {os.environ.get('FUZZ_SEED')}"
