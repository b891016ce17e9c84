"""The embedded PostgreSQL: each test has a server of its own in a folder of its own."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import psycopg
import pytest

from crm_project import embedded
from crm_project.embedded import server as server_module
from crm_project.embedded.home import Home
from crm_project.embedded.postgres_server import USER, Postgres

UNPRIVILEGED = 65534
START = """
import sys
from pathlib import Path
from crm_project.embedded.home import Home
from crm_project.embedded.postgres_server import Postgres
server = Postgres(Home.of(Path(sys.argv[1])), durable=False)
server.ensure()
server.create_database("crm")
print(server.process().pid)
"""


def ask(server: Postgres, question: str, database: str = USER) -> object:
    """Return the one value that ``question`` has for an answer."""
    with psycopg.connect(host=str(server.home.sockets), user=USER, dbname=database, autocommit=True) as connection:
        row = connection.execute(question.encode()).fetchone()
    return row[0] if row else None


@pytest.fixture
def postgres(var: Path) -> Postgres:
    return embedded.postgres()


@pytest.fixture
def running(postgres: Postgres) -> Postgres:
    postgres.start()
    return postgres


def test_start_when_nothing_is_there_makes_a_cluster_in_utf8_without_a_port(postgres: Postgres) -> None:
    assert postgres.start() is True

    assert ask(postgres, "SELECT concat_ws(' ', datlocprovider, datlocale) FROM pg_database LIMIT 1") == "b C.UTF-8"
    assert ask(postgres, "SHOW server_encoding") == "UTF8"
    assert ask(postgres, "SHOW listen_addresses") == ""


def test_start_when_it_runs_leaves_it_alone(running: Postgres) -> None:
    before = running.status().pid

    assert running.start() is False
    assert running.status().pid == before


def test_durable_cluster_syncs_what_it_writes(var: Path) -> None:
    server = Postgres(Home.of(var), durable=True)

    server.start()

    assert ask(server, "SHOW fsync") == "on"


def test_start_after_kill_finds_the_data_again(running: Postgres) -> None:
    running.create_database("kept")
    process = running.process()
    assert process
    process.kill()

    assert running.start() is True
    assert ask(running, "SELECT count(*) FROM pg_database WHERE datname = 'kept'") == 1


def test_start_with_a_pid_file_that_names_another_program_leaves_that_alone(running: Postgres) -> None:
    running.stop()
    # As the account of the server: PostgreSQL itself takes any living process of its user for a server.
    with subprocess.Popen(["sleep", "60"], user=running.home.uid) as other:
        (running.folder / "postmaster.pid").write_text(f"{other.pid}\n{running.folder}\n1\n5432\n/tmp\n\n\nready\n")

        assert running.start() is True
        assert other.poll() is None
        other.kill()


def test_start_after_making_the_cluster_was_broken_off_makes_it_anew(postgres: Postgres) -> None:
    unfinished = postgres.home.folder / "postgres.new"
    (unfinished / "base").mkdir(parents=True)
    (unfinished / "PG_VERSION").write_text("18")

    postgres.start()

    assert postgres.answers()
    assert not unfinished.exists()


def test_start_in_a_folder_with_something_else_leaves_that_alone(postgres: Postgres) -> None:
    letter = postgres.folder / "letter.txt"
    letter.parent.mkdir(parents=True)
    letter.write_text("Dear reader")
    shutil.chown(letter.parent, postgres.home.uid)

    with pytest.raises(embedded.EmbeddedServerError, match="something else than a PostgreSQL cluster"):
        postgres.start()

    assert letter.read_text() == "Dear reader"


def test_start_when_its_folder_was_removed_under_it_makes_a_new_server(running: Postgres) -> None:
    before = running.status().pid
    shutil.rmtree(running.folder)

    assert running.start() is True
    assert running.status().pid != before


def test_start_that_fails_shows_the_log(running: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(server_module, "LAUNCHES", 2)
    running.stop()
    (running.folder / "postgresql.conf").write_text("no_such_setting = 1\n")

    with pytest.raises(embedded.EmbeddedServerError, match="no_such_setting"):
        running.start()


def test_start_on_a_path_of_120_characters_with_spaces(folder: Path) -> None:
    long = folder / "a folder with spaces and $igns " / ("x" * 120) / "var"
    server = Postgres(Home.of(long), durable=False)

    server.start()

    assert ask(server, "SELECT 1") == 1
    server.stop()


def test_first_need_by_eight_processes_at_once_starts_one_server(var: Path) -> None:
    processes = [
        subprocess.Popen([sys.executable, "-c", START, var], stdout=subprocess.PIPE, text=True) for _ in range(8)
    ]
    answers = [process.communicate(timeout=60)[0] for process in processes]

    assert [process.returncode for process in processes] == [0] * 8
    assert len(set(answers)) == 1


def test_start_by_an_unprivileged_user(folder: Path) -> None:
    var = folder / "theirs" / "var"
    var.parent.mkdir()
    shutil.chown(var.parent, UNPRIVILEGED if os.geteuid() == 0 else os.geteuid())
    # The one right of root that it keeps is to read the Python that root may have in its home.
    become = ["setpriv", "--reuid", str(UNPRIVILEGED), "--inh-caps=-all,+dac_read_search"]
    become = [*become, "--clear-groups", "--ambient-caps=-all,+dac_read_search"] if os.geteuid() == 0 else []

    subprocess.run([*become, sys.executable, "-c", START, var], check=True, timeout=60, stdout=subprocess.DEVNULL)

    server = Postgres(Home.of(var))
    process = server.process()
    assert process
    assert process.uids().effective == var.stat().st_uid == (UNPRIVILEGED if os.geteuid() == 0 else os.geteuid())
    server.stop()


def test_server_has_a_session_of_its_own_and_none_of_the_callers_secrets(
    postgres: Postgres, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SECRET_KEY", "the caller's")

    postgres.start()

    process = postgres.process()
    assert process
    assert os.getsid(process.pid) != os.getsid(0)
    assert "SECRET_KEY" not in process.environ()


def test_stop_ends_this_server_alone(running: Postgres, folder: Path) -> None:
    other = Postgres(Home.of(folder / "another checkout" / "var"), durable=False)
    other.start()

    assert running.stop() is True

    assert not running.answers()
    assert not running.home.sockets.exists()
    assert other.answers()
    other.stop()


def test_stop_when_it_does_not_run_does_nothing(postgres: Postgres) -> None:
    assert postgres.stop() is False


def test_create_database_when_it_is_there_leaves_it_alone(running: Postgres) -> None:
    assert running.create_database("crm") is True
    assert running.create_database("crm") is False
