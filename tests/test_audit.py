"""What the dependency audit says of the answers that it may get."""

import importlib.util
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

PATH = Path(__file__).resolve().parent.parent / ".ci" / "audit.py"
SKIPPED = {"name": "six", "skip_reason": "Dependency not found on PyPI"}
SOUND = {"name": "django", "version": "5.2.8", "vulns": []}
FAULTY = {"name": "jinja2", "version": "3.1.2", "vulns": [{"id": "GHSA-1", "fix_versions": ["3.1.6"]}]}


@pytest.fixture
def audit() -> ModuleType:
    spec = importlib.util.spec_from_file_location("audit", PATH)
    assert spec
    assert spec.loader
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


@pytest.mark.parametrize("packages", [None, [], [SKIPPED, SKIPPED]])
def test_nothing_audited_is_said_and_fails_nothing(audit: ModuleType, packages: list[dict[str, Any]] | None) -> None:
    text, code = audit.report(None if packages is None else {"dependencies": packages})

    assert (text, code) == ("The advisory service does not answer: NOTHING WAS AUDITED.", 0)


def test_sound_packages_are_counted_beside_those_that_were_not_found(audit: ModuleType) -> None:
    assert audit.report({"dependencies": [SOUND, SKIPPED]}) == (
        "1 of 2 packages were audited: 0 known vulnerabilities.",
        0,
    )


def test_vulnerability_fails_and_says_what_mends_it(audit: ModuleType) -> None:
    text, code = audit.report({"dependencies": [SOUND, FAULTY]})

    assert code == 1
    assert text.splitlines()[1:] == ["jinja2 3.1.2: GHSA-1, mended in 3.1.6"]
