"""gunicorn for the product or the floor, with the same settings, as a process of its own."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from pathlib import Path

import psycopg.conninfo
from django.db import connection

ROOT = Path(__file__).resolve().parent.parent.parent
PRODUCT = "crm_project.wsgi"
FLOOR = "benchmarks.web.bare"
# As in the Procfile, but for one worker: one client calls, and what a second one does would be luck.
GUNICORN = (*("--worker-class", "gthread", "--workers", "1", "--threads", "8"), *("--keep-alive", "60"))
SECONDS_TO_START = 30
SECONDS_TO_STOP = 10


@contextmanager
def served(application: str) -> Iterator[int]:
    """Serve ``application`` within the block, and give its port."""
    port = _free_port()
    command = [sys.executable, "-m", "gunicorn", application, "--bind", f"127.0.0.1:{port}", *GUNICORN]
    environment = os.environ | {"BENCH_CONNINFO": _conninfo()}
    process = subprocess.Popen(  # noqa: S603  # our own server, with arguments made here
        [*command, "--no-control-socket", "--log-level", "warning"], cwd=ROOT, env=environment
    )
    try:
        _wait_for(process, port)
        yield port
    finally:
        process.terminate()
        process.wait(SECONDS_TO_STOP)


def _free_port() -> int:
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
        return port


def _conninfo() -> str:
    names = ("host", "port", "user", "password", "dbname")
    parameters = connection.get_connection_params()
    return psycopg.conninfo.make_conninfo(**{name: parameters[name] for name in names if parameters.get(name)})


def _wait_for(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + SECONDS_TO_START
    while time.monotonic() < deadline and process.poll() is None:
        try:
            HTTPConnection("127.0.0.1", port, timeout=1).connect()
        except OSError:
            time.sleep(0.05)
        else:
            return
    raise RuntimeError(f"gunicorn does not serve on port {port}.")
