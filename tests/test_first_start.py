"""``make run`` in a fresh clone, as somebody meets the project for the first time."""

import http.client
import os
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from http import HTTPStatus
from pathlib import Path

import pytest

from deploy import probe
from tests.deployment import ROOT

pytestmark = pytest.mark.clone

SECONDS_TO_BE_READY = 420  # nearly all of it for downloading and installing the requirements
SECONDS_TO_STOP = 60
MARK = "STARTED_IN"  # in the environment of every process that came from the clone, wherever it works
# What names this checkout's servers, Python or settings must not reach the clone's.
OWN = {"DATABASE_URL", "REDIS_URL", "REAL_DATABASE_URL", "REAL_REDIS_URL", "VIRTUAL_ENV", "DJANGO_SETTINGS_MODULE"}
OWN |= {"MAKEFLAGS", "MFLAGS", "MAKELEVEL", "MAKEOVERRIDES", "PYTEST_ARGS", "DEBUG"}


def free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    return port


def answers(port: int) -> bool:
    """Tell whether the site on ``port`` says that it is ready."""
    try:
        return probe.status("/health/ready/", port=port) == HTTPStatus.OK
    except (OSError, http.client.HTTPException):
        return False


def processes_of(folder: Path) -> list[str]:
    """Return the command lines of living processes that came from ``make run`` in ``folder``."""
    found = []
    for process in Path("/proc").glob("[0-9]*"):
        try:
            command, variables = (process.joinpath(name).read_bytes() for name in ("cmdline", "environ"))
            works_in = process.joinpath("cwd").readlink()
        except OSError:  # it has ended meanwhile
            continue
        if bytes(folder) in command + variables or works_in.is_relative_to(folder):
            found.append(command.replace(b"\0", b" ").decode(errors="replace"))
    return found


def wait_until_ready(process: subprocess.Popen[bytes], port: int) -> bool:
    """Return whether the site answered before its time was over or its processes ended."""
    deadline = time.monotonic() + SECONDS_TO_BE_READY
    while time.monotonic() < deadline and process.poll() is None:
        if answers(port):
            return True
        time.sleep(0.5)
    return False


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    """Clone what is committed into a folder with a space in its name."""
    folder = tmp_path / "fresh clone"
    subprocess.run(["git", "clone", "--quiet", ROOT, folder], check=True)
    return folder


@pytest.fixture
def first_start(clone: Path, tmp_path: Path) -> Iterator[tuple[subprocess.Popen[bytes], int, Path]]:
    """``make run`` in a process group of its own on a free port; whatever happens, it is gone afterwards."""
    port, log = free_port(), tmp_path / "run.log"
    environment = {name: value for name, value in os.environ.items() if name not in OWN}
    environment |= {"PORT": str(port), MARK: str(clone)}
    with log.open("wb") as output:
        process = subprocess.Popen(
            ["make", "run"], cwd=clone, env=environment, stdout=output, stderr=output, process_group=0
        )
    yield process, port, log
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait(timeout=SECONDS_TO_STOP)
    if processes_of(clone):
        subprocess.run(["make", "stop"], cwd=clone, env=environment, timeout=SECONDS_TO_STOP, check=True)


def test_make_run_in_a_fresh_clone_gets_ready_and_stops_on_interrupt(
    first_start: tuple[subprocess.Popen[bytes], int, Path], clone: Path
) -> None:
    process, port, log = first_start

    ready = wait_until_ready(process, port)
    assert ready, log.read_text(errors="replace")[-4000:]
    os.killpg(process.pid, signal.SIGINT)  # as a terminal's Ctrl-C does
    process.wait(timeout=SECONDS_TO_STOP)

    assert not answers(port)
    assert processes_of(clone) == []
