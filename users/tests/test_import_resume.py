"""Imports that are interrupted, killed or run twice at once."""

import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from users.imports.alone import alone
from users.imports.models import Import, ImportStatus
from users.imports.opening import digest
from users.imports.service import Options
from users.models import User
from users.tests.factories import UserFactory
from users.tests.files import csv_file, errors, imported, numbers

pytestmark = pytest.mark.database
SECONDS = 60
Start = Callable[[Path], "subprocess.Popen[str]"]


class Interruption:
    """Presses Ctrl-C once a line has been dealt with."""

    def __init__(self, line: int) -> None:
        self.line = line

    def at(self, line: int) -> None:
        if line >= self.line:
            raise KeyboardInterrupt

    def close(self) -> None:
        """Show nothing."""


def interrupted_at(line: int) -> Options:
    return Options(batch_rows=2, progress=lambda _lines: Interruption(line))


@pytest.mark.django_db
def test_interrupted_import_goes_on_where_it_stopped(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,", "a2,nobody", "a3,", "a4,", "a5,nobody", "a1,")
    with pytest.raises(KeyboardInterrupt):
        imported(path, options=interrupted_at(4))
    said: list[str] = []

    report = imported(path, options=Options(say=said.append))

    assert said == [f"Going on with import {report.record.pk} of this file after 4 rows."]
    assert (numbers(report), report.record.rows_done) == ((3, 0, 0, 3), 6)
    assert [line.split(",")[0] for line in errors(report)] == ["3", "6", "7"]
    assert Import.objects.get().status == ImportStatus.FINISHED


@pytest.mark.django_db
def test_interrupted_import_says_so_in_its_record(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        imported(csv_file(tmp_path, "external_id", "a1", "a2", "a3"), options=interrupted_at(2))

    assert Import.objects.get().status == ImportStatus.INTERRUPTED
    assert User.objects.count() == 2


@pytest.mark.django_db
def test_changed_file_is_another_import(tmp_path: Path) -> None:
    with pytest.raises(KeyboardInterrupt):
        imported(csv_file(tmp_path, "external_id", "a1", "a2", "a3"), options=interrupted_at(2))

    report = imported(csv_file(tmp_path, "external_id", "a1", "a2", "a4"))

    assert numbers(report) == (1, 0, 2, 0)


@pytest.mark.django_db
def test_errors_written_after_the_last_checkpoint_are_written_again(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,nobody", "a2,", "a3,nobody")
    with pytest.raises(KeyboardInterrupt):
        imported(path, options=interrupted_at(2))
    with (tmp_path / "file.csv.errors.csv").open("a") as file:
        file.write("half a li")

    assert [line.split(",")[0] for line in errors(imported(path))] == ["2", "4"]


@pytest.mark.django_db
def test_file_of_errors_that_was_removed_meanwhile_begins_anew(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,nobody", "a2,", "a3,nobody")
    with pytest.raises(KeyboardInterrupt):
        imported(path, options=interrupted_at(2))
    (tmp_path / "file.csv.errors.csv").unlink()

    report = imported(path)

    assert report.errors_path.read_text().splitlines()[0] == "line,reason,external_id,email"
    assert [line.split(",")[0] for line in errors(report)] == ["4"]


@pytest.mark.django_db
def test_command_that_is_interrupted_exits_with_130(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("users.imports.command.progress_on", lambda _out, _lines: Interruption(2))

    with pytest.raises(CommandError, match="Run the same command again") as caught:
        call_command("import_users", str(csv_file(tmp_path, "external_id", "a1")))

    assert caught.value.returncode == 130


@pytest.fixture
def start(subprocess_environment: dict[str, str]) -> Iterator[Start]:
    """Return what starts an import of a file in a process of its own, which does not outlive the test."""
    processes = []

    def started(path: Path) -> "subprocess.Popen[str]":
        command = [
            sys.executable,
            str(settings.BASE_DIR / "manage.py"),
            "import_users",
            str(path),
            "--batch-size",
            "50",
        ]
        process = subprocess.Popen(
            command, env=subprocess_environment, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True
        )
        processes.append(process)
        return process

    yield started
    for process in processes:
        process.kill()
        process.communicate()


def many_people(folder: Path, count: int) -> Path:
    return csv_file(folder, "external_id,email", *(f"p{number},p{number}@example.com" for number in range(count)))


def eventually(condition: Callable[[], bool]) -> None:
    """Wait until ``condition`` holds, at most a minute."""
    deadline = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < deadline
        time.sleep(0.01)


def somebody_waits_for_a_lock() -> bool:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # a transaction sees one state of all activity
        cursor.execute(
            "SELECT EXISTS (SELECT FROM pg_stat_activity "
            "WHERE datname = current_database() AND wait_event_type = 'Lock')"
        )
        return bool(cursor.fetchone()[0])


@pytest.mark.parametrize("kill", [signal.SIGKILL, signal.SIGTERM])
def test_import_killed_within_a_batch_goes_on_to_exactly_all(
    tmp_path: Path, start: Start, kill: signal.Signals
) -> None:
    path = many_people(tmp_path, 200)
    known = UserFactory.create(external_id="p60", city="Bonn")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=known.pk)
        process = start(path)
        eventually(somebody_waits_for_a_lock)
        process.send_signal(kill)
        process.communicate(timeout=SECONDS)
    assert (process.returncode, Import.objects.get().rows_done) == (-kill, 50)
    assert User.objects.count() == 51

    report = imported(path)

    assert (numbers(report), User.objects.count()) == ((199, 1, 0, 0), 200)
    assert Import.objects.count() == 1


def test_ctrl_c_undoes_the_batch_and_keeps_the_others(tmp_path: Path, start: Start) -> None:
    known = UserFactory.create(external_id="p60", city="Bonn")
    with transaction.atomic():
        User.objects.select_for_update().get(pk=known.pk)
        process = start(many_people(tmp_path, 200))
        eventually(somebody_waits_for_a_lock)
        process.send_signal(signal.SIGINT)
        output, _ = process.communicate(timeout=SECONDS)

    record = Import.objects.get()
    assert process.returncode == 130
    assert "Interrupted. Run the same command again" in output
    assert (record.status, record.rows_done, User.objects.count()) == (ImportStatus.INTERRUPTED, 50, 51)


def test_second_import_of_the_same_file_waits_and_then_changes_nothing(tmp_path: Path, start: Start) -> None:
    path = many_people(tmp_path, 100)
    with alone(f"import users {digest(path)}", when_waiting=lambda: None):
        process = start(path)
        eventually(somebody_waits_for_a_lock)
        stored_meanwhile = User.objects.count()
    output, _ = process.communicate(timeout=SECONDS)

    assert stored_meanwhile == 0
    assert "Another process is importing this file: waiting for it to end." in output
    assert "100 created" in output


def test_two_imports_of_the_same_file_at_once_store_everybody_once(tmp_path: Path, start: Start) -> None:
    path = many_people(tmp_path, 1_000)

    both = [start(path) for _ in range(2)]
    outputs = sorted(process.communicate(timeout=SECONDS)[0] for process in both)

    assert [process.returncode for process in both] == [0, 0]
    assert User.objects.count() == 1_000
    assert sum("1,000 created, 0 changed" in output for output in outputs) == 1
    assert sum("0 created, 0 changed, 1,000 unchanged" in output for output in outputs) == 1


def test_two_files_with_the_same_people_in_opposite_order_at_once(tmp_path: Path, start: Start) -> None:
    people = [f"p{number},p{number}@example.com" for number in range(4_000)]
    forwards = csv_file(tmp_path, "external_id,email", *people, name="forwards.csv")
    backwards = csv_file(tmp_path, "external_id,email", *reversed(people), name="backwards.csv")

    both = [start(path) for path in (forwards, backwards)]
    outputs = [process.communicate(timeout=SECONDS)[0] for process in both]

    assert [process.returncode for process in both] == [0, 0], outputs
    assert User.objects.count() == 4_000
    assert sum(Import.objects.values_list("created", flat=True)) == 4_000


@pytest.mark.django_db
def test_new_people_go_in_by_their_keys_whatever_the_order_of_the_file(tmp_path: Path) -> None:
    """So that two imports wait for each other's unique keys in one order: as chance has it, the test above may not."""
    path = csv_file(tmp_path, "external_id,email", "c,1@example.com", ",b@example.com", "a,2@example.com")

    imported(path)

    stored = User.history.rel.related_model.objects.order_by("pgh_id")  # type: ignore[attr-defined]  # made by the decorator
    assert [row.external_id or row.email for row in stored] == ["a", "b@example.com", "c"]
