"""The page of proofs: figures of tests are added up by row, and a role's stand by themselves."""

from typing import Any

import pytest

from tests.proof import PROOFS, Proof


def report(nodeid: str, outcome: Any = "passed", **properties: object) -> pytest.TestReport:
    return pytest.TestReport(
        nodeid=nodeid,
        location=("", 0, ""),
        keywords={},
        outcome=outcome,
        longrepr=None,
        when="call",
        user_properties=list(properties.items()),
        duration=1.5,
    )


def test_page_adds_up_what_passed() -> None:
    proof = Proof()
    figures = {"requests": 1_200, "succeeded": "5 of 60", "answers": "200: 1200"}
    for role in ("admin", "nobody"):
        proof.pytest_runtest_logreport(report(f"tests/fuzz/t.py::test[{role}]", **figures))
    proof.pytest_runtest_logreport(report("tests/fuzz/t.py::test[agent]", "failed", requests=7))
    proof.pytest_runtest_logreport(report("users/tests/test_other.py::test"))

    page = proof.page()

    assert f"| {PROOFS['tests/fuzz/']} | 2 | 2,400 requests | 3 |" in page
    assert "| nobody | 1,200 | 5 of 60 | 200: 1200 |" in page
    assert "agent" not in page
