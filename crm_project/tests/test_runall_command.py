"""``manage.py runall`` and ``stopall``, as `make run` and `make stop` call them."""

import http.client
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from django.conf import settings
from django.core.management import CommandError, call_command

from crm_project import embedded
from crm_project.running.leftovers import leftovers, mark

SECONDS = 90
Start = Callable[[], subprocess.Popen[str]]


@pytest.fixture
def environment(var: Path, port: int) -> dict[str, str]:
    """Return the environment of a development installation on the embedded servers, whatever this run's is."""
    other = {"DATABASE_URL", "REDIS_URL", "EMAIL_URL", "PUBLIC_URL"}
    ours = {name: value for name, value in os.environ.items() if name not in other}
    return ours | {"VAR_DIR": str(var), "PORT": str(port), "DEBUG": "on"}


@pytest.fixture
def runall(environment: dict[str, str]) -> Iterator[Start]:
    """Return how to start it; what still runs at the end is ended."""
    started: list[subprocess.Popen[str]] = []

    def start() -> subprocess.Popen[str]:
        process = subprocess.Popen(
            [sys.executable, "manage.py", "runall"],
            cwd=settings.BASE_DIR,
            env=environment,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            start_new_session=True,
        )
        started.append(process)
        return process

    yield start
    call_command("stopall")
    for process in started:
        process.kill()
        process.communicate()


def read_until(process: subprocess.Popen[str], text: str) -> str:
    """Return what the process says up to ``text``, which it must say."""
    seen = ""
    assert process.stdout
    for line in process.stdout:
        seen += line
        if text in line:
            return seen
    pytest.fail(f"{text!r} was not said:\n{seen}")


def status_of(port: int, path: str) -> int:
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=10)
    connection.request("GET", path)
    status = connection.getresponse().status
    connection.close()
    return status


def test_runall_serves_outlives_its_own_kill_and_leaves_nothing_on_interrupt(runall: Start, port: int) -> None:
    killed = runall()
    said = read_until(killed, "Mail: ")
    steps = ["starting PostgreSQL", "starting Valkey", "bringing the database", "making the demo", "starting web"]
    places = [said.index(step) for step in steps]
    assert places == sorted(places)
    assert f"http://localhost:{port}/" in said
    assert "Made admin@example.com with the password admin, people and events." in said
    assert "Sign in as admin@example.com with the password admin" in said
    assert status_of(port, "/health/ready/") == 200
    assert f"process {killed.pid}" in runall().communicate(timeout=SECONDS)[0]

    killed.kill()
    again = runall()
    assert "processes that an earlier run had left" in read_until(again, "Mail: ")
    assert status_of(port, "/health/ready/") == 200

    again.send_signal(signal.SIGINT)
    again.communicate(timeout=SECONDS)
    assert again.returncode == 0
    assert list(leftovers()) == []
    assert [server.process() for server in embedded.servers()] == [None, None]


@pytest.mark.parametrize("port", ["http", "0", "65536"])
def test_runall_with_no_port_for_a_port_exits_2(var: Path, port: str) -> None:
    with pytest.raises(CommandError, match="is no port") as caught:
        call_command("runall", port=port)

    assert caught.value.returncode == 2


def test_runall_with_the_port_taken_names_the_way_out_and_starts_nothing(var: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken, pytest.raises(CommandError, match="PORT=8123 make run"):
        call_command("runall", port=str(taken.getsockname()[1]))

    assert embedded.postgres().process() is None


def test_runall_beside_another_of_the_same_checkout_is_refused(
    other_supervisor: subprocess.Popen[bytes], port: int
) -> None:
    with pytest.raises(CommandError, match=f"process {other_supervisor.pid}"):
        call_command("runall", port=str(port))


def test_stopall_ends_the_supervisor_what_was_left_and_the_servers(
    other_supervisor: subprocess.Popen[bytes], capsys: pytest.CaptureFixture[str]
) -> None:
    embedded.valkey().start()
    with subprocess.Popen(["sleep", "60"], env=os.environ | mark()):
        call_command("stopall")

    assert capsys.readouterr().out.splitlines() == [
        "Stopped `make run`.",
        "Ended 1 processes that a killed run had left.",
        "PostgreSQL: does not run",
        "Valkey: stopped",
    ]


def test_stopall_when_nothing_runs_says_so(var: Path, capsys: pytest.CaptureFixture[str]) -> None:
    call_command("stopall")

    assert capsys.readouterr().out == "PostgreSQL: does not run\nValkey: does not run\n"
