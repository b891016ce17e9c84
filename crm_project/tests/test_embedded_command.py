"""``manage.py embedded`` and what it tells."""

import os
import subprocess
from io import StringIO
from pathlib import Path

import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from crm_project import embedded


@pytest.fixture(autouse=True)
def embedded_are_in_use(var: Path, settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    settings.REDIS_URL = ""
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "crm_project.embedded.postgresql")


def run(action: str) -> list[str]:
    output = StringIO()
    call_command("embedded", action, stdout=output)
    return output.getvalue().splitlines()


def test_start_and_stop_say_what_they_did() -> None:
    started, again = run("start"), run("start")
    stopped, nothing = run("stop"), run("stop")

    assert [line.split(",")[0] for line in started] == ["PostgreSQL: started", "Valkey: started"]
    assert [line.split(",")[0] for line in again] == ["PostgreSQL: runs already", "Valkey: runs already"]
    assert stopped == ["PostgreSQL: stopped", "Valkey: stopped"]
    assert nothing == ["PostgreSQL: does not run", "Valkey: does not run"]


def test_status_when_all_run_names_processes_and_places() -> None:
    run("start")

    lines = run("status")

    for server, line in zip(embedded.status(), lines[:2], strict=True):
        assert line == f"{server.name}: runs, process {server.pid}, data in {server.folder}, socket {server.socket}"


def test_status_tells_how_the_database_is_dumped(tmp_path: Path, settings: Settings) -> None:
    run("start")
    embedded.postgres().create_database(settings.DATABASES["default"]["NAME"])
    told = dict(line.split(separator, 1) for line, separator in zip(run("status")[2:], "=:", strict=True))

    makefile = ["make", "backup", f"FILE={tmp_path / 'dump'}"]
    path = f"{told['pg_dump, pg_restore and psql of its version'].strip()}:{os.environ['PATH']}"
    environment = os.environ | {"PATH": path, "DATABASE_URL": told["DATABASE_URL"]}
    subprocess.run(makefile, cwd=settings.BASE_DIR, env=environment, check=True, capture_output=True)

    assert (tmp_path / "dump").read_bytes().startswith(b"PGDMP")


@pytest.mark.parametrize("target", ["backup", "restore"])
def test_backup_without_an_address_says_where_it_is_to_be_had(target: str, settings: Settings) -> None:
    environment = {name: value for name, value in os.environ.items() if name != "DATABASE_URL"}

    done = subprocess.run(
        ["make", "--silent", target], cwd=settings.BASE_DIR, env=environment, check=False, capture_output=True
    )

    assert done.returncode == 2
    assert b"DATABASE_URL" in done.stderr
    assert b"manage.py embedded status" in done.stderr


def test_status_when_one_does_not_run_exits_1() -> None:
    embedded.valkey().start()

    with pytest.raises(CommandError) as caught:
        run("status")

    assert caught.value.returncode == 1


def test_status_with_real_servers_says_that_the_embedded_ones_are_not_in_use(
    settings: Settings, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings.REDIS_URL = "redis://cache.example.com"
    monkeypatch.setitem(settings.DATABASES["default"], "ENGINE", "django.db.backends.postgresql")

    assert run("status") == [
        "PostgreSQL: not in use, DATABASE_URL names another server",
        "Valkey: not in use, REDIS_URL names another server",
    ]


def test_start_that_fails_is_an_error_of_the_command() -> None:
    folder = embedded.postgres().folder
    folder.mkdir(parents=True)
    (folder / "letter.txt").write_text("Dear reader")

    with pytest.raises(CommandError, match="something else than a PostgreSQL cluster"):
        run("start")
