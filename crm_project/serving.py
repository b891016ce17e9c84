"""How gunicorn serves the site, in a container and by `make run` alike: ``--config python:crm_project.serving``.

https://docs.gunicorn.org/en/stable/settings.html
"""

import os
import shutil
import tempfile
from pathlib import Path
from typing import Any

import environ

from crm_project.telemetry import MULTIPROCESS, logs

environ.Env.read_env(Path(__file__).resolve().parent.parent / ".env")
env = environ.Env()


worker_class = "gthread"
threads = 8
control_socket_disable = True
# Processes are renewed after so many requests, not all at once.
max_requests, max_requests_jitter = 10_000, 1_000
# Not on a disk: a slow one would make a living process look dead.
worker_tmp_dir = "/dev/shm" if os.access("/dev/shm", os.W_OK) else None  # noqa: S108  # shared memory, by that name
# Whose word about HTTPS counts is Django's to say (TRUSTED_PROXIES).
forwarded_allow_ips = ""
logconfig_dict = logs.configuration(
    json=not env.bool("DEBUG", default=True), level=env.str("LOG_LEVEL", default="INFO")
)


def on_starting(_server: Any) -> None:
    """Make the folder in which the processes count, before there are any."""
    os.environ[MULTIPROCESS] = tempfile.mkdtemp(prefix="event-crm-metrics-", dir=worker_tmp_dir)


def on_exit(_server: Any) -> None:
    """Leave nothing behind."""
    shutil.rmtree(os.environ[MULTIPROCESS], ignore_errors=True)


def pre_fork(server: Any, worker: Any) -> None:
    """Give the process to be the lowest number that none of the living has: it counts on in that one's files.

    Files by process id would become more with each renewal, and adding them up slower.
    """
    taken = {getattr(other, "slot", None) for other in server.WORKERS.values()}
    worker.slot = next(number for number in range(len(taken) + 1) if number not in taken)


def post_fork(_server: Any, worker: Any) -> None:
    """Tell prometheus_client the number, before the application is loaded and begins to count."""
    from prometheus_client import values

    values.ValueClass = values.MultiProcessValue(lambda: worker.slot)  # type: ignore[no-untyped-call]  # the package's own
