"""Worker processes killed at every boundary: each mail goes out once, or is listed as in doubt.

With PROVE=1 in the environment at full size.
"""

import os
import random
import signal
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone as clock

from mailing.audience import EVERYBODY, by_filter
from mailing.content import own_content
from mailing.models import Campaign, Delivery
from mailing.services import cancel_campaign, create_campaign, pause_campaign
from mailing.tests.factories import campaign_to, counts, people
from mailing.tests.smtp_server import Hold, SmtpServer
from mailing.tests.workers import HASTY, PATIENCE, Workers, assert_accounted_for, in_state, until, waiting_for_locks

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.no_cover]
FULL = bool(os.environ.get("PROVE"))
SEEDS = range(40) if FULL else range(1)
VERBS = ["CONNECT", "MAIL", "RCPT", "DATA"] if FULL else ["CONNECT", "DATA"]
KILLS = 10 if FULL else 3
MAILED = 1000 if FULL else 300
# For workers that nobody kills: on a busy machine too they send all that they have gated, and lose no lease.
PATIENT = replace(HASTY, lease=300, deadline=60)


@pytest.fixture
def workers(subprocess_environment: dict[str, str], server: SmtpServer) -> Iterator[Workers]:
    """Return what starts worker processes that send to ``server``."""
    processes = Workers(subprocess_environment, server)
    yield processes
    processes.end()


def lock_campaigns() -> None:
    """Keep every gate shut until the transaction ends."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT 1 FROM mailing_campaign FOR UPDATE")
        cursor.fetchall()


def test_worker_killed_between_claim_and_gate_leaves_nothing_in_doubt(server: SmtpServer, workers: Workers) -> None:
    campaign = campaign_to(people(30))
    with transaction.atomic():
        lock_campaigns()
        worker = workers.start()
        until(waiting_for_locks)
        workers.kill(worker)

    workers.start()
    workers.finish()

    assert counts(campaign) == {"sent": 30}
    assert_accounted_for(campaign, server, 30)


@pytest.mark.parametrize("verb", VERBS)
def test_worker_killed_before_the_message_leaves_one_in_doubt(server: SmtpServer, workers: Workers, verb: str) -> None:
    campaign = campaign_to(people(30))
    hold = Hold()
    server.script(verb, hold)
    worker = workers.start()
    assert hold.reached.wait(PATIENCE)

    workers.kill(worker)
    hold.go.set()
    workers.start()
    workers.finish()

    assert counts(campaign) == {"sent": 29, "in_doubt": 1}
    assert_accounted_for(campaign, server, 30)


def test_worker_killed_before_it_hears_the_reply_leaves_that_one_in_doubt(server: SmtpServer, workers: Workers) -> None:
    campaign = campaign_to(people(30))
    hold = Hold()
    server.script("BODY", *["250 ok"] * 4, hold)
    worker = workers.start()
    assert hold.reached.wait(PATIENCE)

    workers.kill(worker)
    hold.go.set()
    workers.start()
    workers.finish()

    assert counts(campaign) == {"sent": 29, "in_doubt": 1}
    assert len(server.accepted) == 30
    doubtful = Delivery.objects.get(status="in_doubt")
    assert doubtful.message_id == server.accepted[4].message_id
    assert_accounted_for(campaign, server, 30)


def test_worker_killed_before_it_records_the_reply_leaves_that_one_in_doubt(
    server: SmtpServer, workers: Workers
) -> None:
    """The row is locked, so that the worker waits with “sent” in its hands; the lock goes when the worker is dead."""
    campaign = campaign_to(people(30))
    third = Delivery.objects.order_by("pk")[2]
    hold = Hold()
    server.script("BODY", "250 ok", "250 ok", hold)
    worker = workers.start()
    assert hold.reached.wait(PATIENCE)
    with transaction.atomic():
        Delivery.objects.select_for_update().get(pk=third.pk)
        hold.go.set()
        until(waiting_for_locks)
        workers.kill(worker)
        with connection.cursor() as cursor:
            cursor.execute(
                "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
                " WHERE wait_event_type = 'Lock' AND datname = current_database()"
            )

    workers.start()
    workers.finish()

    assert counts(campaign) == {"sent": 29, "in_doubt": 1}
    assert Delivery.objects.get(status="in_doubt").pk == third.pk
    assert_accounted_for(campaign, server, 30)


def test_worker_stopped_past_its_lease_sends_nothing_when_it_wakes(server: SmtpServer, workers: Workers) -> None:
    campaign = campaign_to(people(30))
    hold = Hold()
    server.script("BODY", "250 ok", hold)
    sleeper = workers.start()
    assert hold.reached.wait(PATIENCE)
    sleeper.send_signal(signal.SIGSTOP)
    hold.go.set()
    time.sleep(HASTY.lease)
    workers.start()
    until(in_state(campaign, "in_doubt"))

    sleeper.send_signal(signal.SIGCONT)
    workers.finish()

    assert counts(campaign) == {"sent": 29, "in_doubt": 1}
    assert len(server.accepted) == 30
    assert_accounted_for(campaign, server, 30)


@pytest.mark.parametrize("seed", SEEDS)
def test_workers_killed_at_random_lose_and_double_nothing(server: SmtpServer, workers: Workers, seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311  # to be the same again
    campaign = campaign_to(people(MAILED))
    for _worker in range(2):
        workers.start()
    for _kill in range(KILLS):
        accepted = len(server.accepted) + chance.randrange(1, MAILED // KILLS)
        until(lambda goal=accepted: len(server.accepted) >= goal or not in_state(campaign, "queued")())  # type: ignore[misc]  # binds the loop's value
        time.sleep(chance.uniform(0, 0.01))
        workers.kill(chance.choice(workers.running))
        workers.start()

    workers.finish()

    assert counts(campaign).get("in_doubt", 0) <= KILLS
    assert_accounted_for(campaign, server, MAILED)


def test_two_workers_share_a_campaign_without_doubling(server: SmtpServer, workers: Workers) -> None:
    campaign = campaign_to(people(MAILED))

    for _worker in range(2):
        workers.start()
    workers.finish()

    assert counts(campaign) == {"sent": MAILED}
    assert_accounted_for(campaign, server, MAILED)


@pytest.mark.parametrize("stop", [pause_campaign, cancel_campaign])
def test_nothing_is_gated_after_a_stop(server: SmtpServer, workers: Workers, stop: Callable[..., Campaign]) -> None:
    """Both workers are in the middle of their claims: what each has gated, ten, still goes out, and nothing else."""
    campaign = campaign_to(people(2 * PATIENT.claim_size))
    holds = Hold(), Hold()
    server.script("BODY", *holds)
    with transaction.atomic():
        lock_campaigns()
        for _worker in holds:
            workers.start(PATIENT)
        until(lambda: waiting_for_locks(len(holds)))
    for hold in holds:
        assert hold.reached.wait(PATIENCE)

    stop(campaign=campaign)
    gated = Delivery.objects.filter(message_id__gt="").count()
    for hold in holds:
        hold.go.set()
    workers.finish()

    assert Delivery.objects.filter(message_id__gt="").count() == gated
    assert counts(campaign)["sent"] == len(server.accepted) == gated == len(holds) * PATIENT.gate_size


def test_freeze_killed_half_way_gives_exactly_the_audience(server: SmtpServer, workers: Workers) -> None:
    recipients = people(1500)
    campaign = create_campaign(
        content=own_content(subject="Hi", body="Hi"), choice=by_filter(EVERYBODY, sender=None), sender=None
    )
    Campaign.objects.update(scheduled_at=clock.now() + timedelta(days=1))
    portions = replace(HASTY, freeze_size=100)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE mailing_campaignexclusion IN EXCLUSIVE MODE")
        worker = workers.start(portions)
        until(waiting_for_locks)
        workers.kill(worker)
    for number in (1, 700):
        worker = workers.start(portions)
        until(lambda goal=number: Delivery.objects.count() >= goal)  # type: ignore[misc]  # binds the loop's value
        workers.kill(worker)

    workers.start(portions)
    until(lambda: Campaign.objects.filter(status="scheduled").exists())

    assert sorted(campaign.deliveries.values_list("address", flat=True)) == sorted(str(one.email) for one in recipients)
