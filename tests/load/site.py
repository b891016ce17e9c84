"""The site as in production, with servers of its own: gunicorn on 127.0.0.1, and a PostgreSQL that loses nothing."""

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from http import HTTPStatus
from pathlib import Path
from typing import Any

import psutil
import psycopg
from psycopg.conninfo import make_conninfo

from crm_project.embedded.home import Home
from crm_project.embedded.postgres_server import USER, Postgres
from crm_project.embedded.valkey_server import Valkey
from tests.deployment import ROOT
from tests.load.calls import call

DATABASE = "load"
PATIENCE = 60.0
WORKERS = 2
# What names other servers than those of this site.
OTHERS = {"REDIS_URL", "EMAIL_URL", "SENTRY_DSN"}


class Site:
    """A site that keeps its data in ``var`` and answers on ``port``, both its own."""

    def __init__(self, var: Path, port: int) -> None:
        home = Home.of(var)
        self.port = port
        self.postgres, self._valkey = Postgres(home), Valkey(home)
        self._environment = {name: value for name, value in os.environ.items() if name not in OTHERS} | {
            "VAR_DIR": str(var),
            "DATABASE_URL": f"postgres://{USER}:@/{home.sockets}/{DATABASE}",
            "DEBUG": "off",
            "SECRET_KEY": "known to everybody, for a site that only tests call, and for minutes",
            "ALLOWED_HOSTS": "127.0.0.1",
            "SECURE_SSL_REDIRECT": "off",
            "LOG_LEVEL": "ERROR",
            "THROTTLE_RATES": "user=1000000/min",  # counted like everybody's calls, and never too many
        }
        self._web: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start everything on an empty database, and return when the site answers."""
        self.postgres.start()
        self._valkey.start()
        self._make_database()
        self.manage("migrate", "--verbosity=0")
        options = ["--config", "python:crm_project.serving", "--bind", f"127.0.0.1:{self.port}"]
        command = [sys.executable, "-m", "gunicorn", "crm_project.wsgi", *options, "--workers", str(WORKERS)]
        self._web = subprocess.Popen(command, cwd=ROOT, env=self._environment)
        self._wait_for_workers()

    def stop(self) -> None:
        """Stop what was started."""
        if self._web:
            self._web.terminate()
            self._web.wait(PATIENCE)
        self._valkey.stop()
        self.postgres.stop()

    def manage(self, *arguments: str) -> None:
        """Run a command of the project, which must succeed."""
        self._run("manage.py", *arguments)

    def ask(self, program: str, *arguments: object) -> Any:
        """Run one of this package's programs in the site's environment, and return what it prints as JSON."""
        return json.loads(self._run("-m", f"tests.load.{program}", *map(str, arguments)))

    def kill_a_worker(self, chance: random.Random) -> None:
        """Kill one web process without a warning; gunicorn starts another."""
        chance.choice(self._workers()).kill()

    def restart_database(self, way: signal.Signals) -> None:
        """End PostgreSQL: SIGINT rolls back and writes down, SIGQUIT drops everything at once. Then start it."""
        process = self.postgres.process()
        assert process is not None
        process.send_signal(way)
        process.wait(PATIENCE)
        self.postgres.start()

    @contextmanager
    def lock_of(self, event: str) -> Iterator[Callable[[], int]]:
        """Hold the lock on an event's seats for as long as the block takes; yield what counts those who wait for it."""
        address = make_conninfo(host=str(self.postgres.home.sockets), user=USER, dbname=DATABASE)
        with psycopg.connect(address) as connection:
            connection.execute("SELECT FROM relations_eventcapacity WHERE event_id = %s FOR NO KEY UPDATE", [event])
            waiting = "SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted"
            yield lambda: connection.execute(waiting).fetchone()[0]  # type: ignore[index]  # a count is always there

    def _make_database(self) -> None:
        address = make_conninfo(host=str(self.postgres.home.sockets), user=USER, dbname=USER)
        with psycopg.connect(address, autocommit=True) as connection:
            connection.execute(f"DROP DATABASE IF EXISTS {DATABASE} WITH (FORCE)")
        self.postgres.create_database(DATABASE)

    def _workers(self) -> list[psutil.Process]:
        assert self._web is not None
        found: list[psutil.Process] = psutil.Process(self._web.pid).children()
        return found

    def _wait_for_workers(self) -> None:
        ends = time.monotonic() + PATIENCE
        while not self._answers():
            assert time.monotonic() < ends, "gunicorn does not serve"
            time.sleep(0.1)

    def _answers(self) -> bool:
        return len(self._workers()) == WORKERS and call(self.port, "GET", "/health/ready/").status == HTTPStatus.OK

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [sys.executable, *arguments], cwd=ROOT, env=self._environment, capture_output=True, text=True, check=False
        )
        assert done.returncode == 0, done.stderr[-2000:]
        return done.stdout
