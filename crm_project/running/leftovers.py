"""Processes that a supervisor started and, killed, could not end.

Each process that it starts carries a mark in its environment and hands it down to those it starts itself, so all are
found even where their parents are gone.
"""

from collections.abc import Iterator

import psutil
from django.conf import settings

NAME = "EVENT_CRM_RUN"
SECONDS_TO_END = 20


def mark() -> dict[str, str]:
    """Return the variable by which this checkout's processes are known."""
    return {NAME: str(settings.VAR_DIR)}


def end_leftovers() -> int:
    """End what is left, by force where it does not end when asked; return how many processes there were."""
    found = list(leftovers())
    for process in found:
        process.terminate()
    _, alive = psutil.wait_procs(found, timeout=SECONDS_TO_END)
    for process in alive:
        process.kill()
    psutil.wait_procs(alive, timeout=SECONDS_TO_END)
    return len(found)


def leftovers() -> Iterator[psutil.Process]:
    """Yield this checkout's marked processes."""
    for process in psutil.process_iter(["environ"]):  # None where it is another user's, or has just ended
        if (process.info["environ"] or {}).get(NAME) == str(settings.VAR_DIR):
            yield process
