"""Mail that a server refuses, for now or for good: who is blamed, and whether it is tried again."""

from dataclasses import replace
from datetime import timedelta

import pytest
from django.utils import timezone as clock

from mailing.models import Delivery, LanePause, Suppression
from mailing.pump import pump
from mailing.services import resume_campaign
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.outbox import only_delivery, pump_until_quiet
from mailing.tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "BODY"])
def test_temporary_refusal_is_tried_again(server: SmtpServer, verb: str) -> None:
    campaign = campaign_to(people(2))
    server.script(verb, "451 4.3.0 try later")

    pump_until_quiet()

    assert counts(campaign) == {"sent": 2}
    assert sorted(server.addresses()) == sorted(set(server.addresses()))
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [1, 2]
    assert server.commands.count("RSET") == 1


def test_temporary_refusal_waits_longer_each_time(server: SmtpServer) -> None:
    campaign_to(people(1))
    server.script("RCPT", "451 later")

    pump(QUICK)

    waiting = only_delivery()
    assert (waiting.status, waiting.error, waiting.attempts) == ("queued", "451 later", 1)
    assert 45 < (waiting.next_attempt_at - clock.now()).total_seconds() < 155


def test_temporary_refusals_without_end_are_given_up(server: SmtpServer) -> None:
    campaign = campaign_to(people(1))
    server.script("RCPT", *["451 later"] * 3)

    pump_until_quiet()

    assert counts(campaign) == {"failed": 1}
    assert only_delivery().error == "Given up after 3 attempts: 451 later"
    assert not Suppression.objects.exists()


def test_address_that_does_not_exist_is_suppressed(server: SmtpServer) -> None:
    gone, *others = people(3)
    server.refused_addresses[str(gone.email)] = "550 5.1.1 no such user"
    earlier = campaign_to([gone, *others])
    later = campaign_to([gone])

    pump(QUICK)

    assert counts(earlier) == {"sent": 2, "failed": 1}
    assert counts(later) == {"suppressed": 1}
    assert list(Suppression.objects.values_list("address", "reason", "detail")) == [
        (gone.email, "hard_bounce", "550 5.1.1 no such user")
    ]


@pytest.mark.parametrize("verb", ["RCPT", "DATA", "BODY"])
def test_lasting_refusal_of_one_mail_fails_it_alone(server: SmtpServer, verb: str) -> None:
    campaign = campaign_to(people(3))
    server.script(verb, "554 5.7.1 not with us")

    pump(QUICK)

    assert counts(campaign) == {"sent": 2, "failed": 1}
    assert Delivery.objects.get(status="failed").error == "554 5.7.1 not with us"
    assert not Suppression.objects.exists()
    assert server.connections == 1


@pytest.mark.parametrize("reply", ["550 relay not permitted", "554 5.7.1 Relay access denied"])
def test_server_that_refuses_everybody_burns_nobody(server: SmtpServer, reply: str) -> None:
    campaign = campaign_to(people(30))
    server.script("RCPT", *[reply] * QUICK.refusals)

    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.trouble) == ("paused", f"The server refuses everybody: {reply}")
    assert counts(campaign) == {"queued": 30}
    assert set(Delivery.objects.values_list("attempts", "error")) == {(0, "")}
    assert (server.commands.count("RCPT"), Suppression.objects.count()) == (QUICK.refusals, 0)
    resume_campaign(campaign=campaign)
    pump(QUICK)
    assert counts(campaign) == {"sent": 30}
    assert len(server.accepted) == 30


@pytest.mark.parametrize(("reply", "suppressed"), [("550 no such user", 9), ("554 5.7.1 not with us", 0)])
def test_many_who_are_refused_fail_where_another_gets_through(server: SmtpServer, reply: str, suppressed: int) -> None:
    campaign = campaign_to(people(30))
    server.script("RCPT", *[reply] * (QUICK.refusals - 1), "250 ok", *[reply] * 2)

    pump(QUICK)

    assert counts(campaign) == {"sent": 19, "failed": 11}
    assert Suppression.objects.count() == (suppressed and suppressed + 2)
    assert set(Delivery.objects.filter(status="failed").values_list("attempts", "error")) == {(1, reply)}


def test_addresses_that_surely_do_not_exist_pause_nothing(server: SmtpServer) -> None:
    campaign = campaign_to(people(15))
    server.script("RCPT", *["550 5.1.1 no such user"] * 15)

    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, counts(campaign)) == ("sent", {"failed": 15})
    assert Suppression.objects.count() == 15


def test_few_who_are_all_refused_fail_and_keep_their_addresses(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    server.script("RCPT", *["550 no"] * 3)

    pump(QUICK)

    assert counts(campaign) == {"failed": 3}
    assert not Suppression.objects.exists()


def test_refusals_before_the_server_is_in_trouble_are_tried_again(server: SmtpServer) -> None:
    campaign = campaign_to(people(30))
    server.script("RCPT", *["550 relay not permitted"] * 3, *["421 4.7.0 too many errors"] * 2)

    pump(QUICK)

    assert counts(campaign) == {"queued": 30}
    refused = Delivery.objects.filter(attempts=1)
    assert set(refused.values_list("error")) == {("550 relay not permitted",)}
    assert [one.next_attempt_at > clock.now() + timedelta(seconds=20) for one in refused] == [True] * 3
    pump_until_quiet()
    assert counts(campaign) == {"sent": 30}


def test_mail_that_was_tried_very_often_waits_no_longer_than_others(server: SmtpServer) -> None:
    campaign_to(people(1))
    Delivery.objects.update(attempts=2_000)
    server.script("RCPT", "451 later")

    pump(replace(QUICK, attempts=10_000, retry_at_most=1_000))

    assert 450 < (only_delivery().next_attempt_at - clock.now()).total_seconds() < 1_550


@pytest.mark.parametrize(
    ("verb", "reply"),
    [
        ("CONNECT", "554 no service"),
        ("MAIL", "550 5.1.8 your domain is unknown"),
        ("MAIL", "451 not now"),
        ("RCPT", "530 5.7.0 sign in first"),
        ("RCPT", "421 closing"),
    ],
)
def test_refusal_of_ourselves_pauses_the_lane(server: SmtpServer, verb: str, reply: str) -> None:
    campaign = campaign_to(people(2))
    server.script(verb, *[reply] * 2)

    pump(QUICK)

    assert counts(campaign) == {"queued": 2}
    pause = LanePause.objects.get()
    assert pause.trouble == reply
    assert 45 < (pause.until - clock.now()).total_seconds() < 155
