"""Waiting for a campaign at the command line: what is said while it goes, and when nothing moves."""

import io
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.db import connections
from django.utils import timezone as clock

from mailing import watching
from mailing.claims import claim
from mailing.models import Delivery, LanePause
from mailing.services import cancel_campaign, pause_campaign
from mailing.tests.factories import QUICK, campaign_to, people
from mailing.tests.workers import ROOT, until
from mailing.watching import NO_WORKER, watch, why_it_waits

pytestmark = pytest.mark.django_db


class Terminal(io.StringIO):
    """A screen."""

    def isatty(self) -> bool:
        return True


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Find after a moment that nothing moves."""
    monkeypatch.setattr(watching, "SECONDS_WITHOUT_PROGRESS", 0.1)
    monkeypatch.setattr(watching, "POLL", 0.01)


def watch_until(out: io.StringIO, said: Callable[[str], bool]) -> str:
    """Watch a campaign that no worker sends until something was said, then pause it; return all that was said."""
    campaign = campaign_to(people(1))

    def work() -> None:
        watch(campaign, out)
        connections.close_all()

    watcher = threading.Thread(target=work)
    watcher.start()
    until(lambda: said(out.getvalue()))
    pause_campaign(campaign=campaign)
    watcher.join()
    return out.getvalue()


@pytest.mark.django_db(transaction=True)
def test_watching_without_a_worker_says_once_what_to_start() -> None:
    said = watch_until(io.StringIO(), lambda text: NO_WORKER in text)

    assert said.splitlines() == ["sending: frozen 1 = queued 1", NO_WORKER, "paused: frozen 1 = queued 1"]


@pytest.mark.django_db(transaction=True)
def test_watching_on_a_terminal_moves_one_bar() -> None:
    said = watch_until(Terminal(), lambda text: NO_WORKER in text and text.endswith("mails/s]"))

    assert said.count("\n") == 2  # after what is said, and after the bar
    assert "0/1" in said


def test_watching_says_nothing_of_what_has_just_moved() -> None:
    campaign = campaign_to(people(1))
    cancel_campaign(campaign=campaign)
    Delivery.objects.update(status="cancelled")
    campaign.finished_at = clock.now()
    campaign.save(update_fields=["finished_at"])
    out = io.StringIO()

    watch(campaign, out)

    assert out.getvalue() == "cancelled: frozen 1 = cancelled 1\n"


def test_worker_that_holds_mail_is_no_reason() -> None:
    campaign = campaign_to(people(1))
    claim(campaign.pk, campaign.lane, QUICK)
    assert why_it_waits(campaign) == ""

    Delivery.objects.update(lease_until=clock.now() - timedelta(minutes=1))
    assert why_it_waits(campaign) == NO_WORKER


def test_trouble_of_the_mail_server_is_the_reason() -> None:
    campaign = campaign_to(people(1))
    at = clock.now() + timedelta(minutes=1)
    LanePause.objects.create(lane=campaign.lane, until=at, failures=1, trouble="451 out of space")

    expected = f"The mail server is in trouble; the next attempt is at {at:%H:%M:%S} UTC: 451 out of space"
    assert why_it_waits(campaign) == expected


def test_mail_that_is_refused_for_now_is_the_reason() -> None:
    campaign = campaign_to(people(2))
    at = clock.now() + timedelta(minutes=1)
    Delivery.objects.update(next_attempt_at=at)
    assert why_it_waits(campaign) == f"What is left was refused for now; the next attempt is at {at:%H:%M:%S} UTC."

    Delivery.objects.filter(pk=Delivery.objects.earliest("pk").pk).update(next_attempt_at=clock.now())
    assert why_it_waits(campaign) == NO_WORKER


@pytest.mark.django_db(transaction=True)
def test_interrupted_wait_ends_without_a_traceback(subprocess_environment: dict[str, str]) -> None:
    (person,) = people(1)
    words = [sys.executable, "-u", "manage.py", "send_email", "--user", str(person.pk), "--wait"]
    waiting = subprocess.Popen(words, env=subprocess_environment, cwd=ROOT, stderr=subprocess.PIPE, text=True)
    assert waiting.stderr
    assert waiting.stderr.readline() == "sending: frozen 1 = queued 1\n"

    waiting.send_signal(signal.SIGINT)

    assert waiting.wait(30) == 130
    assert waiting.stderr.read() == "CommandError: Interrupted. The campaign goes on; see campaign_status.\n"
    waiting.stderr.close()
