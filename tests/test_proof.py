"""The page of proofs: figures of tests are added up by row, and a role's stand by themselves."""

from typing import Any

import pytest

from tests.proof import PAGE, PROOFS, Proof

ROOT = PAGE.parents[1]


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

    page = proof.page("")

    assert f"| {PROOFS['tests/fuzz/']} | 2 | 2,400 requests | 3 | 20" in page
    assert "| nobody | 1,200 | 5 of 60 | 200: 1200 |" in page
    assert "agent" not in page


def test_row_without_tests_says_so() -> None:
    page = Proof().page("")

    assert [line for line in page.splitlines() if line.endswith("| not run | | | |")] == [
        f"| {said} | not run | | | |" for said in PROOFS.values()
    ]


def test_what_did_not_run_stays_as_it_was() -> None:
    first, second = Proof(), Proof()
    for one in (first, second):
        one.pytest_runtest_logreport(report("tests/access/test_matrix.py::test", cells=7))
    first.pytest_runtest_logreport(report("tests/fuzz/t.py::test[admin]", requests=1, succeeded="1 of 1", answers="-"))
    second.pytest_runtest_logreport(report("tests/access/test_matrix.py::test_more", cells=2))

    before, page = first.page(""), second.page(first.page(""))

    matrix = PROOFS["tests/access/test_matrix.py"]
    changed = set(before.splitlines()) ^ set(page.splitlines())
    assert {line.split(" | ")[0] for line in changed} == {f"| {matrix}"}
    assert f"| {matrix} | 2 | 9 cells |" in page


@pytest.mark.parametrize("begin", PROOFS)
def test_what_is_proved_is_a_test_that_make_prove_runs(begin: str) -> None:
    listed = (ROOT / "Makefile").read_text().partition("\nPROVED ?=")[2].partition("\n.PHONY")[0]
    named = [word.partition("::")[0] for word in listed.split() if "tests" in word]

    assert (ROOT / begin).exists()
    assert [name for name in named if begin.startswith(name)] != []


def test_page_has_every_row() -> None:
    written = PAGE.read_text()

    assert [said for said in PROOFS.values() if f"| {said} |" not in written] == []
