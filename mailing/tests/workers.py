"""Starting worker processes, killing them at a chosen moment, and weighing what came of it."""

import json
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from dataclasses import asdict
from pathlib import Path

from django.db import connection

from mailing.audit import find_faults
from mailing.counts import counts_of
from mailing.models import Campaign, Delivery
from mailing.policy import Policy
from mailing.tests.smtp_server import SmtpServer

# A killed worker's rows come back within seconds.
HASTY = Policy(lease=3, deadline=2, pump_time=5, lane_pause=0.05, retry_after=0.05, attempts=1_000)
PATIENCE = 240.0  # seconds; a machine that does much else takes one until a worker has started
ROOT = Path(__file__).resolve().parents[2]


class Workers:
    """The worker processes of one test."""

    def __init__(self, environment: dict[str, str], server: SmtpServer) -> None:
        self._environment = {**environment, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
        self.running: list[subprocess.Popen[bytes]] = []

    def start(self, policy: Policy = HASTY) -> subprocess.Popen[bytes]:
        """Start a worker, which ends by itself when all campaigns are finished."""
        command = [sys.executable, "-W", "error", "-m", "mailing.tests.worker", json.dumps(asdict(policy))]
        worker = subprocess.Popen(command, env=self._environment, cwd=ROOT)
        self.running.append(worker)
        return worker

    def kill(self, worker: subprocess.Popen[bytes]) -> None:
        """Kill without a warning."""
        worker.send_signal(signal.SIGKILL)
        worker.wait(PATIENCE)
        self.running.remove(worker)

    def finish(self) -> None:
        """Wait until the workers have ended by themselves, all well."""
        for worker in self.running:
            assert worker.wait(PATIENCE) == 0
        self.running.clear()

    def end(self) -> None:
        """Kill what still runs."""
        for worker in [*self.running]:
            self.kill(worker)


def until(condition: Callable[[], bool]) -> None:
    """Wait for ``condition``."""
    ends = time.monotonic() + PATIENCE
    while not condition():
        assert time.monotonic() < ends, "waited in vain"
        time.sleep(0.01)


def in_state(campaign: Campaign, state: str) -> Callable[[], bool]:
    """Return the condition that a delivery of ``campaign`` is in ``state``."""
    return lambda: counts_of([campaign.pk])[campaign.pk][state] > 0


def waiting_for_locks(number: int = 1) -> bool:
    """Tell whether so many sessions wait for a lock in this database."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_stat_clear_snapshot()")  # else one transaction sees the same sessions all along
        cursor.execute(
            "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
        )
        return bool(cursor.fetchone()[0] >= number)


def assert_accounted_for(campaign: Campaign, server: SmtpServer, frozen: int) -> None:
    """Each delivery is sent or in doubt; what is sent was accepted, nothing was accepted twice, and nothing is lost."""
    counts = counts_of([campaign.pk])[campaign.pk]
    accepted = [one.message_id for one in server.accepted]
    sent = set(Delivery.objects.filter(campaign=campaign, status="sent").values_list("message_id", flat=True))
    doubtful = set(Delivery.objects.filter(campaign=campaign, status="in_doubt").values_list("message_id", flat=True))
    assert counts["frozen"] == frozen == counts["sent"] + counts["in_doubt"]
    assert len(accepted) == len(set(accepted))
    assert sent <= set(accepted) <= sent | doubtful
    assert find_faults() == []
