"""One supervisor per checkout, and what a killed one leaves."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest
from django.core.management import CommandError, call_command
from pytest_django import Settings

from crm_project.running import leftovers
from crm_project.running.leftovers import end_leftovers, mark
from crm_project.running.supervisor import (
    AlreadyRunningError,
    only_supervisor,
    run_procfile,
    stop_supervisor,
    supervisor,
)

STUBBORN = (
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"
)


SUPERVISOR = "import django; django.setup(); from crm_project.running.supervisor import only_supervisor, supervisor\n"
ASK = f"{SUPERVISOR}print(supervisor())"
FLICKER = (
    f"{SUPERVISOR}import contextlib\nprint(flush=True)\nwhile True:\n"
    " with contextlib.suppress(RuntimeError), only_supervisor(): pass"
)
DEAF = (
    f"{SUPERVISOR}import signal, time\nsignal.signal(signal.SIGTERM, signal.SIG_IGN)\n"
    "with only_supervisor():\n print(flush=True)\n time.sleep(60)"
)


def environment(var: Path) -> dict[str, str]:
    return os.environ | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "crm_project.settings"}


def asked_elsewhere(var: Path) -> str:
    """Return who another process takes for the supervisor."""
    command = [sys.executable, "-c", ASK]
    return subprocess.run(command, env=environment(var), stdout=subprocess.PIPE, text=True, check=True).stdout.strip()


def refusal() -> AlreadyRunningError | None:
    """Try to be the supervisor for a moment."""
    try:
        with only_supervisor():
            return None
    except AlreadyRunningError as running:
        return running


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
        assert asked_elsewhere(var) == str(os.getpid())


def test_who_asks_for_a_supervisor_is_none(other_supervisor: subprocess.Popen[bytes], var: Path) -> None:
    """Neither is a file that the next supervisor has not written to yet read."""
    assert (supervisor(), (var / "run.lock").read_bytes()) == (other_supervisor.pid, b"")
    other_supervisor.kill()
    other_supervisor.wait()

    assert supervisor() is None


def test_second_supervisor_is_refused_at_any_moment_of_the_first(var: Path) -> None:
    """Whoever is refused names who runs, however early: no number is read that is not there yet."""
    with subprocess.Popen([sys.executable, "-c", FLICKER], env=environment(var), stdout=subprocess.PIPE) as first:
        assert first.stdout
        first.stdout.readline()
        refused: list[int] = []
        deadline = time.monotonic() + 20
        while len(refused) < 20 and time.monotonic() < deadline:
            refused += [running.pid] if (running := refusal()) else []
        first.kill()

    assert refused == [first.pid] * 20


def test_stop_supervisor_waits_until_it_has_ended(other_supervisor: subprocess.Popen[bytes]) -> None:
    assert stop_supervisor() is True
    assert other_supervisor.wait(timeout=5) == -signal.SIGTERM


def test_stop_supervisor_that_does_not_end_says_so(var: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crm_project.running.supervisor.SECONDS_TO_STOP", 0.3)
    with subprocess.Popen([sys.executable, "-c", DEAF], env=environment(var), stdout=subprocess.PIPE) as deaf:
        assert deaf.stdout
        deaf.stdout.readline()

        with pytest.raises(CommandError, match=f"Process {deaf.pid}, .* has not ended within 0.3 seconds"):
            call_command("stopall")
        deaf.kill()


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
