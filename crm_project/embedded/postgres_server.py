"""The embedded PostgreSQL."""

import shlex
import shutil
import signal
import subprocess
from pathlib import Path
from urllib.parse import quote

import psutil
import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from crm_project.embedded.errors import EmbeddedServerError
from crm_project.embedded.home import Home
from crm_project.embedded.programs import POSTGRES
from crm_project.embedded.server import ENVIRONMENT, Server

USER = "postgres"
PORT = 5432  # no port is opened, but the socket is named after it
OPTIONS = {
    "listen_addresses": "",
    "port": str(PORT),
    "unix_socket_permissions": "0700",
    "max_connections": "120",
    "shared_buffers": "128MB",
    "work_mem": "8MB",
    "max_wal_size": "1GB",
    "random_page_cost": "1.1",
    "jit": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_checkpoints": "off",
    # What people typed stays out of the log: neither the rows nor the statements that failed.
    "log_error_verbosity": "terse",
    "log_min_error_statement": "panic",
}
FORGETFUL = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off"}
LOCALE = ["--encoding=UTF8", "--locale=C", "--locale-provider=builtin", "--builtin-locale=C.UTF-8"]
SECONDS_TO_COME_UP = 30


class Postgres(Server):
    """A cluster of its own. One that is not ``durable`` is quicker and may be lost with the machine's power: tests."""

    name = "PostgreSQL"
    program = "postgres"

    def __init__(self, home: Home, *, durable: bool = True) -> None:
        super().__init__(home)
        self.durable = durable

    @property
    def folder(self) -> Path:
        return self.home.folder / "postgres"

    @property
    def socket(self) -> Path:
        return self.home.sockets / f".s.PGSQL.{PORT}"

    @property
    def clients(self) -> Path:
        """Return where ``pg_dump``, ``psql`` and the like of the server's own version are."""
        return POSTGRES.installed() / "bin"

    def address(self, database: str) -> str:
        """Return what names a database to PostgreSQL's programs, and as DATABASE_URL to ours."""
        return f"postgres://{USER}@/{quote(database)}?host={quote(str(self.home.sockets))}"

    def answers(self) -> bool:
        pg_isready = self.clients / "pg_isready"
        where = [f"--host={self.home.sockets}", f"--port={PORT}", f"--username={USER}"]
        question = [str(pg_isready), "--quiet", "--timeout=3", *where]
        done = subprocess.run(question, env=ENVIRONMENT, check=False)  # noqa: S603 — a program of the wheel
        return done.returncode == 0

    def create_database(self, name: str) -> bool:
        """Create the database where it is absent, and return whether that was so. The server runs."""
        address = make_conninfo(host=str(self.home.sockets), port=PORT, user=USER, dbname=USER, connect_timeout=10)
        with psycopg.connect(address, autocommit=True) as connection:
            # Two that both find it absent must not both create it.
            connection.execute("SELECT pg_advisory_lock(hashtext('create database'))")
            if connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).fetchone() is not None:
                return False
            connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(name)))
            return True

    def _is_made(self) -> bool:
        return (self.folder / "PG_VERSION").exists()

    def _make(self) -> None:
        """Make the cluster beside its place and move it there whole, so that one in its place is never half-made."""
        if self.folder.exists() and any(self.folder.iterdir()):
            raise EmbeddedServerError(f"{self.folder} holds something else than a PostgreSQL cluster: move it away.")
        unfinished = self.folder.with_name("postgres.new")
        shutil.rmtree(unfinished, ignore_errors=True)
        self.home.make_private(unfinished)
        arguments = ["--pgdata=.", f"--username={USER}", "--auth=trust", "--no-instructions", *LOCALE]
        arguments += [] if self.durable else ["--no-sync"]
        if not self._run(self._programs() / "initdb", *arguments, folder=unfinished):
            raise EmbeddedServerError(f"{self.name} could not make its cluster. {self._log_tail()}")
        unfinished.rename(self.folder)

    def _launch(self) -> None:
        # Nothing runs here, so the process that a left-over lock names is another program's by now, or nobody's.
        for lock in (self.folder / "postmaster.pid", self.socket.with_name(f"{self.socket.name}.lock")):
            lock.unlink(missing_ok=True)
        options = OPTIONS | {"unix_socket_directories": str(self.home.sockets)} | ({} if self.durable else FORGETFUL)
        words = [word for name, value in options.items() for word in ("-c", f"{name}={value}")]
        arguments = ["start", "--silent", "--wait", f"--timeout={SECONDS_TO_COME_UP}", "--options", shlex.join(words)]
        # The folder goes by the environment, since pg_ctl would hand it to a shell unquoted.
        self._run(self._programs() / "pg_ctl", *arguments, PGDATA=str(self.folder))

    def _ask_to_end(self, process: psutil.Process) -> None:
        process.send_signal(signal.SIGINT)  # its "fast" way: open transactions are rolled back

    def _programs(self) -> Path:
        return POSTGRES.reachable(self.home) / "bin"
