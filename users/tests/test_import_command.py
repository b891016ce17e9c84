"""What an operator sees of an import: output, files, exit status."""

import fcntl
import io
import os
import pty
import re
import struct
import subprocess
import sys
import termios
from contextlib import suppress
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from users.imports.models import Import
from users.imports.progress import Bar, LogLines, progress_on
from users.models import User
from users.tests.connections import held_elsewhere
from users.tests.factories import UserFactory
from users.tests.files import csv_file

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def run(path: Path, *options: str) -> str:
    out = io.StringIO()
    call_command("import_users", str(path), *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def refused(path: Path, *options: str) -> CommandError:
    with pytest.raises(CommandError) as caught:
        run(path, *options)
    return caught.value


def test_command_says_what_it_did_and_that_the_second_time_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,city", "a1,Bonn", "a2,Bonn")

    assert "2 rows: 2 created, 0 changed, 0 unchanged, 0 in error." in run(path)
    assert "2 rows: 0 created, 0 changed, 2 unchanged, 0 in error." in run(path)


def test_command_with_rows_in_error_exits_with_1_and_lists_them_beside_the_file(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,nobody", "a2,")

    error = refused(path)

    listed = tmp_path / "file.csv.errors.csv"
    assert (error.returncode, str(error)) == (
        1,
        f"1 row is in error, listed in {listed}. Correct that file and import it.",
    )
    assert listed.read_text(encoding="utf-8").splitlines() == [
        "line,reason,external_id,email",
        "2,email: Enter a valid email address.,a1,nobody",
    ]


def test_command_shows_the_first_rows_in_error_with_their_reasons(tmp_path: Path) -> None:
    out = io.StringIO()
    path = csv_file(tmp_path, "external_id,email,timezone", *(f"a{number},nobody,\x1b[2J" for number in range(12)))

    with pytest.raises(CommandError, match="12 rows are in error"):
        call_command("import_users", str(path), "--batch-size", "8", stdout=out)

    shown = [line for line in out.getvalue().splitlines() if line.startswith("  line ")]
    assert len(shown) == 10
    assert shown[0].startswith("  line 2: email: Enter a valid email address.; timezone: “�[2J” ")


def test_command_does_not_say_plainly_finished_where_rows_are_in_error(tmp_path: Path) -> None:
    out = io.StringIO()
    path = csv_file(tmp_path, "external_id,email", "a1,nobody", "a2,nobody", "a3,")

    with pytest.raises(CommandError, match="2 rows are in error"):
        call_command("import_users", str(path), stdout=out)

    assert f"Import {Import.objects.get().pk} finished, 2 rows in error: 3 rows: 1 created" in out.getvalue()


def test_file_without_rows_is_said_to_have_none(tmp_path: Path) -> None:
    out = run(csv_file(tmp_path, "external_id,email"))

    assert "0 rows: 0 created" in out
    assert "The file has no rows below the names of its columns." in out


def test_errors_go_where_the_operator_says(tmp_path: Path) -> None:
    other = tmp_path / "bad rows.csv"

    refused(csv_file(tmp_path, "external_id,email", "a1,nobody"), "--errors", str(other))

    assert other.read_text(encoding="utf-8").count("\n") == 2


def test_file_of_errors_of_an_earlier_import_is_removed_when_all_is_well(tmp_path: Path) -> None:
    (tmp_path / "file.csv.errors.csv").write_text("old")

    run(csv_file(tmp_path, "external_id", "a1"))

    assert not (tmp_path / "file.csv.errors.csv").exists()


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"", "must name the columns"),
        (b"external_id,naem\na1,Ann\n", "“naem” is unknown"),
        (b"city\nBonn\n", "The column external_id or email is missing"),
        (b"external_id,city\na1,K\xf6ln\n", "line 2, byte 22 of the file is 0xF6"),
    ],
)
def test_file_of_no_use_exits_with_2_and_stores_nothing(tmp_path: Path, content: bytes, reason: str) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    error = refused(path)

    assert error.returncode == 2
    assert reason in str(error)
    assert not Import.objects.exists()


def test_missing_file_exits_with_2(tmp_path: Path) -> None:
    assert refused(tmp_path / "none.csv").returncode == 2


def test_errors_never_replace_the_file_itself(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id", "a1")

    error = refused(path, "--errors", str(path))

    assert error.returncode == 2
    assert path.read_text() == "external_id\na1\n"


def test_errors_that_cannot_be_written_are_refused_before_anything_is_stored(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, "external_id", "a1"), "--errors", str(tmp_path / "none" / "e.csv"))

    assert (error.returncode, User.objects.count()) == (2, 0)


@pytest.mark.parametrize("size", ["0", "-1", "many"])
def test_batch_size_that_is_none_is_refused(tmp_path: Path, size: str) -> None:
    said = str(refused(csv_file(tmp_path, "external_id", "a1"), "--batch-size", size))

    assert f"argument --batch-size: {size!r} is no whole number from 1 on." in said


def test_dry_run_counts_everything_and_stores_nothing(tmp_path: Path) -> None:
    run(csv_file(tmp_path, "external_id,city", "a1,Bonn", "a2,Bonn", name="first.csv"))
    path = csv_file(tmp_path, "external_id,city", "a1,Bonn", "a2,Kiel", "a3,Kiel")

    out = run(path, "--dry-run", "--batch-size", "2")

    assert "Dry run, nothing stored: 3 rows: 1 created, 1 changed, 1 unchanged, 0 in error." in out
    assert set(User.objects.values_list("external_id", "city")) == {("a1", "Bonn"), ("a2", "Bonn")}
    assert Import.objects.count() == 1


def test_read_only_columns_are_ignored_and_named(tmp_path: Path) -> None:
    out = run(csv_file(tmp_path, "id,external_id,hosted_count", "7,a1,3"))

    assert "Ignored, since it is read-only: id, hosted_count." in out


@pytest.mark.django_db(transaction=True)
def test_progress_on_a_terminal_is_one_line_as_wide_as_that(
    tmp_path: Path, subprocess_environment: dict[str, str]
) -> None:
    path = csv_file(tmp_path, "external_id", *(f"a{number}" for number in range(200)))
    command = [sys.executable, str(settings.BASE_DIR / "manage.py"), "import_users", str(path), "--batch-size", "10"]

    drawn = on_a_terminal(command, subprocess_environment, columns=70)

    bar, summary = [line for line in drawn.split("\r\n") if line][-2:]
    assert summary.startswith(f"Import {Import.objects.get().pk} finished: 200 rows")
    moves = bar.split("\r")
    assert len(moves) > 2
    assert {len(move) for move in moves if move} == {69}  # the last column stays free
    assert re.search(r"201/201 \[00:\d\d<00:00, +[\d.]+ lines/s\]", moves[-1])
    assert "\x1b[3" not in drawn  # no colour of errors


def on_a_terminal(command: list[str], environment: dict[str, str], *, columns: int) -> str:
    """Return what a command writes to a terminal that is ``columns`` wide."""
    terminal, end_of_command = pty.openpty()
    fcntl.ioctl(end_of_command, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    process = subprocess.Popen(
        command, env=environment | {"TERM": "xterm"}, stdout=end_of_command, stderr=end_of_command
    )
    os.close(end_of_command)
    drawn = b""
    with suppress(OSError):  # the way in which Linux says that the other end is closed
        while some := os.read(terminal, 65_536):
            drawn += some
    os.close(terminal)
    assert process.wait() == 0
    return drawn.decode()


def test_progress_that_is_taken_up_shows_the_rate_of_this_run() -> None:
    class Terminal(io.StringIO):
        def isatty(self) -> bool:
            return True

    out = Terminal()
    bar = progress_on(out, 1_000_000, unit="rows")
    bar.at(999_990)
    bar.at(1_000_000)
    bar.close()

    assert isinstance(bar, Bar)
    assert "999990/1000000 [00:00<?, ? rows/s]" in out.getvalue()


def test_progress_in_a_log_is_a_line_every_few_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    now = iter([0.0, 6.0, 7.0])
    monkeypatch.setattr("users.imports.progress.time.monotonic", lambda: next(now))
    out = io.StringIO()

    progress = progress_on(out, 1_000)
    for line in (10, 310, 350):
        progress.at(line)
    progress.close()

    assert isinstance(progress, LogLines)
    assert out.getvalue() == "310 of 1,000 lines, 50 lines/s, 14 s left\n"


@pytest.mark.django_db(transaction=True)
def test_rows_that_are_locked_for_long_end_the_import_in_words(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("users.imports.run.LOCK_TIMEOUT", "100ms")
    person = UserFactory.create(external_id="x1", city="Bonn")
    path = csv_file(tmp_path, "external_id,city", "x1,Rome")
    with (
        held_elsewhere("SELECT 1 FROM users_user WHERE id = %s FOR UPDATE", person.pk),
        pytest.raises(CommandError, match=r"could not go on: .*lock timeout.*run the same command again"),
    ):
        run(path)
    assert Import.objects.get().status == "interrupted"

    run(path)
    assert (Import.objects.get().status, User.objects.get().city) == ("finished", "Rome")


def test_errors_into_a_folder(tmp_path: Path) -> None:
    error = refused(csv_file(tmp_path, "external_id,city", "x1,Rome"), "--errors", str(tmp_path))
    assert (error.returncode, "cannot be written" in str(error)) == (2, True)


def test_errors_into_what_is_no_file_leave_it_there(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)

    error = refused(csv_file(tmp_path, "external_id,city", "x1,Rome"), "--errors", str(pipe))

    assert (error.returncode, "cannot be written" in str(error)) == (2, True)
    assert pipe.is_fifo()


@pytest.mark.django_db(transaction=True)
def test_disk_that_is_full_ends_the_import_in_words(tmp_path: Path, subprocess_environment: dict[str, str]) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,nobody")

    ended = subprocess.run(
        ["/bin/sh", "-c", f'ulimit -f 0; exec "{sys.executable}" manage.py import_users "{path}"'],
        cwd=settings.BASE_DIR,
        env=subprocess_environment | {"PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=False,
    )

    assert (ended.returncode, "Traceback" in ended.stderr) == (1, False)
    assert "The import could not go on: [Errno 27] File too large. What was done stays" in ended.stderr
    assert Import.objects.get().status == "interrupted"
