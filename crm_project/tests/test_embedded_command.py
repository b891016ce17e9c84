"""``manage.py embedded`` and what it tells."""

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

    for server, line in zip(embedded.status(), lines, strict=True):
        assert line == f"{server.name}: runs, process {server.pid}, data in {server.folder}, socket {server.socket}"


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
