"""The broker is a doorbell: real Celery workers and beat, with every ring lost, or with no broker at all."""

import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import redis
from django.conf import settings

from crm_project.celery import app
from mailing.doorbell import PUMP
from mailing.models import Campaign, Delivery
from mailing.tasks import pump
from mailing.tests.factories import campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer
from mailing.tests.workers import PATIENCE, ROOT, Workers, assert_accounted_for, until

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]
NO_BROKER = "redis://127.0.0.1:1/0"


@contextmanager
def celery(environment: dict[str, str], *words: str) -> Iterator[None]:
    """Run one of Celery's programs for as long as the block lasts."""
    command = [sys.executable, "-m", "celery", "--app", "crm_project", *words, "--loglevel", "warning"]
    program = subprocess.Popen(command, env=environment, cwd=ROOT)
    try:
        yield
    finally:
        program.terminate()
        program.wait(PATIENCE)


def test_campaign_goes_out_though_every_ring_is_lost(
    subprocess_environment: dict[str, str], server: SmtpServer, tmp_path: object
) -> None:
    """Two beats ring. The broker is emptied in mid-campaign, and again when another one has rung: a tick finds that."""
    environment = {**subprocess_environment, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    beats = [celery(environment, "beat", "--schedule", f"{tmp_path}/beat{number}") for number in range(2)]
    campaign = campaign_to(people(500))
    broker = redis.Redis.from_url(str(settings.CELERY_BROKER_URL).replace("redis+socket://", "unix://"))
    broker.flushdb()

    with celery(environment, "worker", "--concurrency", "2"), beats[0], beats[1]:
        until(lambda: len(server.accepted) > 0)
        broker.flushdb()
        until(lambda: Campaign.objects.filter(status="sent").exists())
        assert_accounted_for(campaign, server, 500)
        later = campaign_to(people(5))
        broker.flushdb()
        until(lambda: Campaign.objects.filter(status="sent").count() == len([campaign, later]))

    broker.close()
    assert (counts(campaign), counts(later)) == ({"sent": 500}, {"sent": 5})


def test_ring_wakes_a_worker_at_once(subprocess_environment: dict[str, str], server: SmtpServer) -> None:
    """No beat runs: only the ring can have done it."""
    environment = {**subprocess_environment, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    with celery(environment, "worker", "--concurrency", "1"):
        until(_rings_are_heard)
        campaign = campaign_to(people(3))

        until(lambda: Campaign.objects.filter(status="sent").exists())

    assert counts(campaign) == {"sent": 3}


def test_mail_is_stored_and_sent_without_a_broker(subprocess_environment: dict[str, str], server: SmtpServer) -> None:
    (person,) = people(1)
    environment = {**subprocess_environment, "REDIS_URL": NO_BROKER}
    began = time.monotonic()

    command = [sys.executable, "manage.py", "send_email", "--user", str(person.pk)]
    sending = subprocess.run(command, env=environment, cwd=ROOT, capture_output=True, text=True, check=False)

    assert sending.returncode == 0, sending.stderr
    assert time.monotonic() - began < 20
    assert Delivery.objects.get().status == "queued"
    workers = Workers(environment, server)
    workers.start()
    workers.finish()
    assert server.addresses() == [person.email]


def test_task_names_nobody_and_fades() -> None:
    """What beat rings is the task that exists."""
    entry = app.conf.beat_schedule["pump"]
    assert entry["task"] == PUMP == pump.name
    assert entry["schedule"] == entry["options"]["expires"]
    assert "args" not in entry


def test_task_sends_what_is_due() -> None:
    campaign = campaign_to(people(2))

    pump()

    assert counts(campaign) == {"sent": 2}


def _rings_are_heard() -> bool:
    return bool(app.control.ping(timeout=0.5))
