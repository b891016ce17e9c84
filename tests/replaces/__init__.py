"""The page for those who come from the systems replaced, held against the API row by row."""

import pytest

# Examples assert outside of test modules: their failures shall say what was found all the same.
pytest.register_assert_rewrite("tests.replaces.calls", "tests.replaces.fields", "tests.replaces.lists")
pytest.register_assert_rewrite("tests.replaces.bodies", "tests.replaces.standings", "tests.replaces.variables")
