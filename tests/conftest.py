"""Tests of the whole: they walk the same lines again and again, so that measuring them costs much and tells nothing."""

from pathlib import Path

import pytest

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker("no_cover")
