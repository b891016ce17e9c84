"""Django's connections to the embedded PostgreSQL."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from django.db import OperationalError
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.utils import ConnectionHandler

from crm_project import embedded
from crm_project.embedded.postgres_server import PORT, USER


@pytest.fixture
def connection(db: None, var: Path) -> Iterator[BaseDatabaseWrapper]:
    """Return a connection to a server of its own; Django asks the test's database about types when it is made."""
    place = {"HOST": str(embedded.postgres().home.sockets), "PORT": str(PORT), "USER": USER, "NAME": "crm"}
    found = ConnectionHandler({"default": {"ENGINE": "crm_project.embedded.postgresql", **place}})["default"]
    yield found
    found.close()


def database_name(connection: BaseDatabaseWrapper) -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_database()")
        name: str = cursor.fetchone()[0]
    return name


def test_backend_before_the_first_connection_starts_nothing(connection: BaseDatabaseWrapper) -> None:
    assert connection.vendor == "postgresql"
    assert embedded.postgres().process() is None


def test_first_connection_starts_the_server_and_makes_the_database(connection: BaseDatabaseWrapper) -> None:
    assert database_name(connection) == "crm"


def test_next_connection_after_kill_starts_it_again(connection: BaseDatabaseWrapper) -> None:
    database_name(connection)
    process = embedded.postgres().process()
    assert process
    process.kill()
    process.wait()
    connection.close()

    assert database_name(connection) == "crm"


def test_connection_when_it_cannot_start_is_an_operational_error(connection: BaseDatabaseWrapper) -> None:
    folder = embedded.postgres().folder
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("Dear reader")

    with pytest.raises(OperationalError, match="something else than a PostgreSQL cluster"):
        connection.ensure_connection()
