"""One supervisor at a time runs a checkout's processes."""

import fcntl
import os
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from django.conf import settings
from honcho.environ import parse_procfile
from honcho.manager import Manager

from crm_project.running.leftovers import mark

SECONDS_TO_STOP = 60
PAUSE = 0.1


class AlreadyRunningError(RuntimeError):
    """Another supervisor runs this checkout."""

    def __init__(self, pid: int) -> None:
        super().__init__(f"This checkout runs already (process {pid}): `make stop` ends it.")
        self.pid = pid


@contextmanager
def only_supervisor() -> Iterator[None]:
    """Be this checkout's supervisor meanwhile. Raises AlreadyRunningError where there is one."""
    settings.VAR_DIR.mkdir(parents=True, exist_ok=True)
    with _lock_file().open("a+") as file:
        try:
            # Held by this process alone: unlike one by flock, it is not shared with the processes that it forks.
            fcntl.lockf(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise AlreadyRunningError(int(_lock_file().read_text())) from None
        file.truncate(0)
        file.write(str(os.getpid()))
        file.flush()
        yield


def stop_supervisor() -> bool:
    """Have the supervisor stop everything, wait until it has, and return whether there was one."""
    pid = _supervisor()
    if pid is None:
        return False
    os.kill(pid, signal.SIGTERM)
    deadline = time.monotonic() + SECONDS_TO_STOP
    while _supervisor() == pid and time.monotonic() < deadline:
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


def _supervisor() -> int | None:
    try:
        with only_supervisor():
            return None
    except AlreadyRunningError as running:
        return running.pid


def _lock_file() -> Path:
    folder: Path = settings.VAR_DIR
    return folder / "run.lock"
