"""What the two embedded servers have in common: one process per home, started by whoever needs it first."""

import subprocess
import time
from abc import ABC, abstractmethod
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

import psutil

from crm_project.embedded.errors import EmbeddedServerError
from crm_project.embedded.home import Home

SECONDS_TO_ANSWER = 60
SECONDS_TO_STOP = 30
LAUNCHES = 30  # after kill -9, PostgreSQL starts only when the last of its old processes has ended
PAUSE = 0.05
# Nothing of the caller's environment: neither its secrets nor its PGDATA, PGPORT and the like.
ENVIRONMENT = {"PATH": "/usr/bin:/bin", "LC_ALL": "C", "TZ": "UTC"}


@dataclass(frozen=True)
class Status:
    """How one server is; ``pid`` is None while it does not run."""

    name: str
    pid: int | None
    answers: bool
    folder: Path
    socket: Path


class Server(ABC):
    """One server of a home. It outlives the process that starts it and is found again by what it is.

    A server is recognised by its program and the folder it works in, not by a pid file: the number in such a file
    may be another program's by now.
    """

    name: ClassVar[str]
    program: ClassVar[str]

    def __init__(self, home: Home) -> None:
        self.home = home

    @property
    @abstractmethod
    def folder(self) -> Path:
        """The folder that the server works in."""

    @property
    @abstractmethod
    def socket(self) -> Path:
        """The socket that it answers on."""

    @property
    def log(self) -> Path:
        return self.home.folder / f"{self.name.lower()}.log"

    @abstractmethod
    def answers(self) -> bool:
        """Tell whether it takes connections now."""

    @abstractmethod
    def _is_made(self) -> bool:
        """Tell whether its folder is whole."""

    @abstractmethod
    def _make(self) -> None:
        """Make its folder."""

    @abstractmethod
    def _launch(self) -> None:
        """Start it in a session of its own. It is known not to run."""

    @abstractmethod
    def _ask_to_end(self, process: psutil.Process) -> None:
        """Send it the signal on which it ends in good order."""

    def ensure(self) -> None:
        """Start it unless it answers. Raises EmbeddedServerError where it cannot be had."""
        if not self.answers():
            self.start()

    def start(self) -> bool:
        """Start it where it does not run, and return whether that was so. Safe from many processes at once."""
        with self.home.locked():
            self.home.check_owner(self.folder)
            process = self.process()
            if process and not self._is_made():  # its folder was removed under it: what it serves is nowhere
                self._end(process)
            return self._bring_up()

    def stop(self) -> bool:
        """Stop it where it runs, and return whether that was so."""
        with self.home.locked():
            process = self.process()
            if process:
                self._end(process)
            with suppress(OSError):  # the folder is not there, or the other server still has its socket in it
                self.home.sockets.rmdir()
        return process is not None

    def status(self) -> Status:
        """Tell how it is, without starting it."""
        process = self.process()
        return Status(self.name, process.pid if process else None, self.answers(), self.folder, self.socket)

    def process(self) -> psutil.Process | None:
        """Return the running server's process."""
        for process in psutil.process_iter(["cmdline", "cwd"]):
            command, cwd = process.info["cmdline"], process.info["cwd"]
            if command and Path(command[0]).name == self.program and cwd == str(self.folder):
                return process
        return None

    def _bring_up(self) -> bool:
        """Launch it until it answers; return whether that was needed."""
        launches = 0
        deadline = time.monotonic() + SECONDS_TO_ANSWER
        while not self.answers():
            if launches >= LAUNCHES or time.monotonic() > deadline:
                raise EmbeddedServerError(f"{self.name} does not start. {self._log_tail()}")
            if self.process() is None:
                self._prepare()
                self._launch()
                launches += 1
            time.sleep(PAUSE)
        return launches > 0

    def _prepare(self) -> None:
        if not self._is_made():
            self._make()
        self.home.make_sockets()

    def _end(self, process: psutil.Process) -> None:
        """End it, by force where it does not end when asked."""
        for send in (self._ask_to_end, psutil.Process.kill):
            with suppress(psutil.NoSuchProcess):  # it has ended by itself
                send(process)
            deadline = time.monotonic() + SECONDS_TO_STOP
            while time.monotonic() < deadline:
                if self.process() is None:
                    return
                time.sleep(PAUSE)
        raise EmbeddedServerError(f"{self.name} (process {process.pid}) does not end.")

    def _log_tail(self) -> str:
        lines = self.log.read_text(errors="replace").splitlines()[-5:] if self.log.exists() else []
        return "\n".join([f"See {self.log}:", *lines])

    def _run(self, program: Path, *arguments: str, folder: Path | None = None, **environment: str) -> bool:
        """Run a program in the server's folder and as its account, its output to the log.

        Return whether it succeeded.
        """
        account = self.home.account
        with self.log.open("ab") as log:
            done = subprocess.run(  # noqa: S603 — programs of the wheels, with arguments made here
                [program, *arguments],
                cwd=folder or self.folder,
                env=ENVIRONMENT | environment,
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,
                timeout=SECONDS_TO_ANSWER,
                check=False,
                user=account.uid if account else None,
                group=account.gid if account else None,
                extra_groups=[] if account else None,
            )
        return done.returncode == 0
