"""Several processes of gunicorn as the container and `make run` start them, and a worker, with DEBUG off."""

import http.client
import json
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import SimpleNamespace

import psutil
import pytest
import structlog
from django.conf import settings

from crm_project import serving
from mailing.doorbell import ring_now

pytestmark = pytest.mark.django_db(transaction=True)
SECONDS = 60
TOKEN = "a-token-for-this-test"
BOUND = {"X-Forwarded-Proto": "https"}


@contextmanager
def running(environment: dict[str, str], log: Path, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    """Run a program of the project, its lines in ``log``, for as long as the block lasts."""
    with log.open("wb") as output:
        process = subprocess.Popen(
            [sys.executable, "-m", *words], cwd=settings.BASE_DIR, env=environment, stdout=output, stderr=output
        )
    try:
        yield process
    finally:
        process.terminate()
        process.wait(SECONDS)


def until(condition: Callable[[], object], log: Path) -> None:
    ends = time.monotonic() + SECONDS
    while not condition():
        assert time.monotonic() < ends, log.read_text()
        time.sleep(0.1)


def lines(log: Path) -> list[dict[str, object]]:
    return [json.loads(line) for line in log.read_text().splitlines() if line.startswith("{")]


@pytest.fixture
def production(subprocess_environment: dict[str, str]) -> dict[str, str]:
    """Return the environment of an installation with DEBUG off, on this test's servers."""
    return subprocess_environment | {
        "DEBUG": "off",
        "SECRET_KEY": "a-key-for-this-test-alone",
        "ALLOWED_HOSTS": "localhost",
        "METRICS_TOKEN": TOKEN,
    }


class Site:
    """A running web server."""

    def __init__(self, port: int) -> None:
        self.port = port

    def get(self, path: str, **headers: str) -> tuple[int, str]:
        """Return status and body, over a connection of its own."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=10)
        try:
            connection.request("GET", path, headers={"Host": "localhost", **headers})
            answer = connection.getresponse()
            return answer.status, answer.read().decode()
        finally:
            connection.close()

    def answers(self) -> bool:
        try:
            return self.get("/health/")[0] == 200
        except OSError:
            return False

    def healthy(self) -> float:
        """Return how many requests for /health/ all processes together have counted."""
        status, text = self.get("/metrics", Authorization=f"Bearer {TOKEN}")
        assert status == 200
        found = re.search(r'crm_http_requests_total\{method="GET",route="/health/",status="2xx"\} (\S+)', text)
        return float(found[1]) if found else 0


def test_processes_count_together_and_go_on_counting_when_one_is_renewed(
    production: dict[str, str], port: int, tmp_path: Path
) -> None:
    log, site = tmp_path / "log", Site(port)
    words = ("gunicorn", "crm_project.wsgi", "--config", "python:crm_project.serving", "--workers", "2")
    with running(production, log, *words, "--bind", f"127.0.0.1:{port}") as first:
        until(site.answers, log)
        before = site.healthy()
        for _ in range(20):
            site.get("/health/")
        assert site.healthy() - before == 20

        (folder,) = {
            Path(mapped.path).parent
            for process in psutil.Process(first.pid).children()
            for mapped in process.memory_maps()
            if "event-crm-metrics-" in mapped.path
        }
        files = sorted(path.name for path in folder.iterdir())
        for process in psutil.Process(first.pid).children():
            process.send_signal(signal.SIGTERM)
            process.wait(SECONDS)
        until(lambda: len(psutil.Process(first.pid).children()) == 2 and site.answers(), log)

        assert site.healthy() - before >= 20
        assert sorted(path.name for path in folder.iterdir()) == files
        status, _body = site.get("/api/docs/", **BOUND)
        assert status == 301  # nobody named this peer a proxy, so its word is nothing
    assert not folder.exists()
    assert len(lines(log)) == len(log.read_text().splitlines())
    assert {"gunicorn.error", "crm_project.telemetry.requests"} <= {str(line["logger"]) for line in lines(log)}


def test_process_takes_the_lowest_number_that_is_free() -> None:
    server, worker = (
        SimpleNamespace(WORKERS={1: SimpleNamespace(slot=0), 2: SimpleNamespace(slot=2)}),
        SimpleNamespace(),
    )

    serving.pre_fork(server, worker)

    assert worker.slot == 1


def test_request_id_goes_along_into_the_worker(production: dict[str, str], tmp_path: Path) -> None:
    log = tmp_path / "log"

    def rings_and_is_heard() -> bool:
        """Ring again: what rang before the worker was there may have faded."""
        with structlog.contextvars.bound_contextvars(request_id="from-a-request-1"):
            ring_now()
        time.sleep(0.5)
        return any(line["event"] == "task" for line in lines(log))

    with running(production, log, "celery", "--quiet", "--app", "crm_project", "worker", "--concurrency", "1"):
        until(rings_and_is_heard, log)

    done = next(line for line in lines(log) if line["event"] == "task")
    assert (done["request_id"], done["task"], done["state"]) == ("from-a-request-1", "mailing.tasks.pump", "SUCCESS")
