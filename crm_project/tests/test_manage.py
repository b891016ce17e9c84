"""``manage.py``, where the database is not what it should be: a sentence that says what to do, and no traceback."""

import subprocess
import sys
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.db import connection

Environment = dict[str, str]


def check_counts(environment: Environment) -> tuple[int, str]:
    """Return how the command ends, and what it complains of."""
    done = subprocess.run(
        [sys.executable, "manage.py", "check_counts"],
        cwd=settings.BASE_DIR,
        env=environment,
        capture_output=True,
        text=True,
        check=False,
    )
    return done.returncode, done.stderr


@pytest.fixture
def empty(subprocess_environment: Environment) -> Iterator[Environment]:
    """Return an environment whose database has no tables."""
    name = f"{connection.settings_dict['NAME']}_empty"
    address = subprocess_environment["DATABASE_URL"].rpartition("/")[0]
    with connection.cursor() as cursor:
        cursor.execute(f'CREATE DATABASE "{name}"')
        yield subprocess_environment | {"DATABASE_URL": f"{address}/{name}"}
        cursor.execute(f'DROP DATABASE "{name}"')


def test_database_without_tables_names_the_command_that_makes_them(empty: Environment) -> None:
    status, said = check_counts(empty)

    assert (status, "manage.py migrate" in said, "Traceback" in said) == (2, True, False)


def test_server_that_is_not_there_is_named(subprocess_environment: Environment) -> None:
    status, said = check_counts(subprocess_environment | {"DATABASE_URL": "postgres://crm@127.0.0.1:1/crm"})

    assert (status, "DATABASE_URL cannot be reached" in said, "Traceback" in said) == (1, True, False)
