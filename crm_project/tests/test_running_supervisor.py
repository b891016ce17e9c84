"""One supervisor per checkout, and what a killed one leaves."""

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from pytest_django import Settings

from crm_project.running import leftovers
from crm_project.running.leftovers import end_leftovers, mark
from crm_project.running.supervisor import AlreadyRunningError, only_supervisor, run_procfile, stop_supervisor

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


@pytest.fixture
def checkout(var: Path, settings: Settings) -> Iterator[Path]:
    """Make a checkout of a Procfile alone, and give the signals back that running it takes."""
    handlers = {number: signal.getsignal(number) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
    settings.BASE_DIR = var.parent
    settings.BASE_DIR.mkdir()
    yield settings.BASE_DIR
    for number, handler in handlers.items():
        signal.signal(number, handler)


def test_second_supervisor_is_refused_with_the_process_of_the_first(other_supervisor: subprocess.Popen[bytes]) -> None:
    with pytest.raises(AlreadyRunningError, match=f"process {other_supervisor.pid}"), only_supervisor():
        pytest.fail("both supervise")


def test_supervisor_after_another_was_killed_takes_its_place(
    other_supervisor: subprocess.Popen[bytes], var: Path
) -> None:
    other_supervisor.kill()
    other_supervisor.wait()

    with only_supervisor():
        assert (var / "run.lock").read_text() == str(os.getpid())


def test_stop_supervisor_waits_until_it_has_ended(other_supervisor: subprocess.Popen[bytes]) -> None:
    assert stop_supervisor() is True
    assert other_supervisor.wait(timeout=5) == -signal.SIGTERM


def test_stop_supervisor_without_one_does_nothing(var: Path) -> None:
    assert stop_supervisor() is False


def test_end_leftovers_ends_what_carries_the_mark_and_nothing_else(var: Path) -> None:
    with (
        subprocess.Popen(["sleep", "60"], env=os.environ | mark()) as left,
        subprocess.Popen(["sleep", "60"], env=os.environ | {leftovers.NAME: "/another/checkout/var"}) as other,
    ):
        assert end_leftovers() == 1
        assert not psutil.pid_exists(left.pid)
        assert other.poll() is None
        other.kill()


def test_end_leftovers_that_do_not_listen_are_killed(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(leftovers, "SECONDS_TO_END", 0.5)
    command = [sys.executable, "-c", STUBBORN]
    with subprocess.Popen(command, env=os.environ | mark(), stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout
        assert deaf.stdout.readline() == b"deaf\n"

        assert end_leftovers() == 1
        assert not psutil.pid_exists(deaf.pid)


@pytest.mark.parametrize(("command", "code"), [("exit 3", 3), ("true", 1)])
def test_run_procfile_when_one_process_ends_stops_the_others(checkout: Path, command: str, code: int) -> None:
    (checkout / "Procfile").write_text(f"short: {command}\nlong: exec sleep 60\n")

    assert run_procfile({}) == code
    assert end_leftovers() == 0


def test_run_procfile_hands_its_environment_down(checkout: Path) -> None:
    (checkout / "Procfile").write_text(f'one: echo "$PORT ${leftovers.NAME}" > seen\n')

    run_procfile({"PORT": "8123"})

    assert (checkout / "seen").read_text() == f"8123 {checkout / 'var'}\n"


def test_run_procfile_on_a_closed_terminal_stops_all_in_good_order(checkout: Path) -> None:
    (checkout / "Procfile").write_text(f"one: sleep 0.5; kill -HUP {os.getpid()}; exec sleep 60\n")

    assert run_procfile({}) == 0
    assert end_leftovers() == 0
