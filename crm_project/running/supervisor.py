"""One supervisor at a time runs a checkout's processes."""

import fcntl
import os
import signal
import struct
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import IO

from django.conf import settings
from honcho.environ import parse_procfile
from honcho.manager import Manager

from crm_project.running.leftovers import mark

SECONDS_TO_STOP = 60
PAUSE = 0.1
# C's ``struct flock``, which each system lays out in its own way.
if sys.platform == "darwin":
    _FLOCK, _FLOCK_FIELDS = struct.Struct("qqihh"), ("start", "len", "pid", "type", "whence")
else:
    _FLOCK, _FLOCK_FIELDS = struct.Struct("hhqqi0q"), ("type", "whence", "start", "len", "pid")


class AlreadyRunningError(RuntimeError):
    """Another supervisor runs this checkout."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"This checkout runs already (process {pid}): `make stop` ends it.")
        self.pid = pid


class StillRunningError(RuntimeError):
    """The supervisor did not end in the time that it was given."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"Process {pid}, which runs this checkout, has not ended within {SECONDS_TO_STOP} seconds.")


@contextmanager
def only_supervisor() -> Iterator[None]:
    """Be this checkout's supervisor meanwhile. Raises AlreadyRunningError where there is one."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with _lock_file().open("ab") as file:
        while True:
            try:
                # Held by this process alone: unlike one by flock, it is not shared with the processes that it forks.
                fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
                break
            except BlockingIOError:
                if pid := _holder(file):
                    raise AlreadyRunningError(pid) from None
        yield


def supervisor() -> int | None:
    """Return the process that supervises this checkout, without being it for a moment; not for that process itself."""
    try:
        with _lock_file().open("rb") as file:
            return _holder(file)
    except FileNotFoundError:
        return None


def stop_supervisor() -> bool:
    """Have the supervisor stop everything, wait until it has, and return whether there was one.

    Raises StillRunningError when it has not ended within a minute.
    """
    pid = supervisor()
    if pid is None:
        return False
    deadline = time.monotonic() + SECONDS_TO_STOP
    with suppress(ProcessLookupError):  # it has just ended by itself
        os.kill(pid, signal.SIGTERM)
    while supervisor() == pid:
        if time.monotonic() > deadline:
            raise StillRunningError(pid)
        time.sleep(PAUSE)
    return True


def run_procfile(environment: dict[str, str]) -> int:
    """Run the Procfile's processes until one of them ends or a signal comes.

    Returns 0 after a signal, else the exit code of what ended, and never 0 then.
    """
    folder = str(settings.BASE_DIR)
    manager = Manager()
    procfile = parse_procfile(Path(folder, "Procfile").read_text())
    for name, command in procfile.processes.items():
        manager.add_process(name, command, env=os.environ | environment | mark(), cwd=folder)
    # A terminal that is closed ends all as Ctrl-C does.
    signal.signal(signal.SIGHUP, lambda *_: os.kill(os.getpid(), signal.SIGTERM))
    manager.loop()
    by_signal = {128 + signal.SIGINT, 128 + signal.SIGTERM}
    return 0 if manager.returncode in by_signal else manager.returncode or 1


def _holder(file: IO[bytes]) -> int | None:
    """Return the process that holds the lock, which the system knows at every moment."""
    whole_file = dict.fromkeys(_FLOCK_FIELDS, 0) | {"type": fcntl.F_WRLCK}
    answer = fcntl.fcntl(file, fcntl.F_GETLK, _FLOCK.pack(*whole_file.values()))
    lock = dict(zip(_FLOCK_FIELDS, _FLOCK.unpack(answer), strict=True))
    return None if lock["type"] == fcntl.F_UNLCK else lock["pid"]


def _lock_file() -> Path:
    folder: Path = settings.VAR_DIR
    return folder / "run.lock"
