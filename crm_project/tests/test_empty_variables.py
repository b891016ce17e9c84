"""Variables that `.env.example` shows empty: setting one to nothing is as good as not setting it."""

import os
import re
import subprocess
import sys

from django.conf import settings as of_this_run

EMPTY = re.compile(r"^#?([A-Z_]+)=$", re.MULTILINE)
SHOW = """
import django
django.setup()
from crm_project import settings
print(repr([(name, getattr(settings, name)) for name in dir(settings) if name.isupper()]))
"""


def settings_with(variables: dict[str, str]) -> str:
    """Return all settings of a process with these ``variables`` and none other of ours."""
    others = {"DJANGO_SETTINGS_MODULE": "crm_project.settings"} | {
        name: value for name, value in os.environ.items() if name not in shown_empty()
    }
    command = [sys.executable, "-c", SHOW]
    done = subprocess.run(
        command, env=others | variables, cwd=of_this_run.BASE_DIR, capture_output=True, text=True, check=True
    )
    return re.sub(r" at 0x[0-9a-f]+", "", done.stdout)


def shown_empty() -> list[str]:
    """Return the names of the variables that `.env.example` shows without a value."""
    return EMPTY.findall((of_this_run.BASE_DIR / ".env.example").read_text("utf-8"))


def test_empty_variable_is_one_that_is_not_set() -> None:
    names = shown_empty()
    assert "JWT_SIGNING_KEY" in names

    assert settings_with(dict.fromkeys(names, "")) == settings_with({})
