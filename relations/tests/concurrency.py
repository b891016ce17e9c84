"""Jobs that run at the same time, each on a connection of its own."""

import threading
from collections.abc import Callable, Iterable

from django.db import close_old_connections, connection

SECONDS = 20
PATIENCE = 300  # for as many jobs as anybody shares out


def together(*jobs: Callable[[], object], patience: float = 2 * SECONDS) -> None:
    """Run ``jobs`` at the same time, each on a connection of its own, and raise what any of them raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait()
            job()
        except BaseException as error:  # noqa: BLE001  # handed to the main thread below
            errors.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(patience)
    assert errors == [], errors


def shared_out(jobs: Iterable[Callable[[], object]], *, connections: int) -> None:
    """Run ``jobs`` on so many connections, each taking the next job as soon as it is free."""
    waiting = iter(list(jobs))  # a list's iterator is safe to share

    def work() -> None:
        while (job := next(waiting, None)) is not None:
            job()

    together(*[work] * connections, patience=PATIENCE)
