"""What comes of a mail, by what the server says and when."""

import threading
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest
from django.db import connections
from django.utils import timezone as clock

from mailing.models import Campaign, Delivery, LanePause
from mailing.pump import pump
from mailing.services import pause_campaign
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.outbox import only_delivery, pump_until_quiet
from mailing.tests.smtp_server import Answer, Fate, Hold, SmtpServer
from mailing.upkeep import recover
from users.models import User

pytestmark = pytest.mark.django_db
SOON = 20  # seconds; a server that drips would take minutes
ONE_AT_A_TIME = replace(QUICK, claim_size=1, gate_size=1)


def test_thousand_people_are_each_mailed_once(server: SmtpServer) -> None:
    recipients = people(1000)
    campaign = campaign_to(recipients)

    pump(QUICK)

    campaign.refresh_from_db()
    assert sorted(server.addresses()) == sorted(str(one.email) for one in recipients)
    assert (campaign.status, counts(campaign)) == ("sent", {"sent": 1000})
    assert campaign.finished_at is not None
    stored = dict(Delivery.objects.values_list("address", "message_id"))
    assert {one.address: one.message_id for one in server.accepted} == stored


def test_connection_is_kept_for_a_hundred_mails(server: SmtpServer) -> None:
    campaign_to(people(250))

    pump(QUICK)

    assert [len([one for one in server.accepted if one.connection == number]) for number in (1, 2, 3)] == [100, 100, 50]
    assert server.commands.count("QUIT") == 3


def test_mail_is_filled_in_for_its_recipient(server: SmtpServer) -> None:
    ada = User.objects.create(first_name="Ada", last_name="Lovelace", email="ada@example.com")
    campaign_to([ada])

    pump(QUICK)

    (accepted,) = server.accepted
    assert accepted.message["Subject"] == "Hello Ada"
    assert accepted.message.get_content().partition("\n")[0].strip() == "Dear Ada Lovelace, come along."


def test_line_that_begins_with_a_dot_arrives_as_it_is(server: SmtpServer) -> None:
    person = User.objects.create(last_name=".\n.hidden", email="dot@example.com")
    campaign_to([person])

    pump(QUICK)

    assert "Dear .\r\n.hidden, come along." in server.accepted[0].raw.decode()


@pytest.mark.parametrize("answer", [Fate.RESET, Fate.DRIP, "500 what is that"])
def test_connection_that_cannot_be_reset_is_left(server: SmtpServer, answer: Answer) -> None:
    campaign = campaign_to(people(3))
    server.script("RCPT", "554 no")
    server.script("RSET", answer)
    begun = monotonic()

    pump(QUICK)

    assert monotonic() - begun < SOON
    assert counts(campaign) == {"sent": 2, "failed": 1}
    assert (server.connections, LanePause.objects.count()) == (2, 0)


@pytest.mark.parametrize("answer", [Fate.RESET, Fate.DRIP])
def test_goodbye_that_nobody_answers_changes_nothing(server: SmtpServer, answer: Answer) -> None:
    campaign = campaign_to(people(1))
    server.script("QUIT", answer)
    begun = monotonic()

    pump(QUICK)

    assert monotonic() - begun < SOON
    assert counts(campaign) == {"sent": 1}


def test_address_that_would_end_the_header_fails_alone(server: SmtpServer) -> None:
    odd, fine = people(2)
    User.objects.filter(pk=odd.pk).update(email="a@example.com\nbcc: all@example.com")
    campaign = campaign_to([odd, fine])

    pump(QUICK)

    assert counts(campaign) == {"failed": 1, "sent": 1}
    assert server.addresses() == [fine.email]


@pytest.mark.parametrize("answer", [Fate.RESET, Fate.SILENCE, Fate.DRIP])
@pytest.mark.parametrize("verb", ["CONNECT", "EHLO", "MAIL", "RCPT", "DATA"])
def test_trouble_before_the_message_burns_nobody(server: SmtpServer, verb: str, answer: Fate) -> None:
    campaign = campaign_to(people(2))
    server.script(verb, answer)

    pump(ONE_AT_A_TIME)

    assert counts(campaign) == {"queued": 2}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert LanePause.objects.get().lane == "campaign"
    pump_until_quiet()
    assert counts(campaign) == {"sent": 2}
    assert len(server.accepted) == 2
    assert not LanePause.objects.exists()


@pytest.mark.parametrize("answer", [Fate.RESET, Fate.SILENCE, Fate.DRIP, "299 perhaps"])
def test_trouble_after_the_message_leaves_it_in_doubt(server: SmtpServer, answer: Answer) -> None:
    campaign = campaign_to(people(3))
    server.script("BODY", answer)

    pump_until_quiet()

    assert counts(campaign) == {"in_doubt": 1, "sent": 2}
    assert sorted(server.addresses()) == sorted(set(server.addresses()))
    campaign.refresh_from_db()
    assert campaign.status == "sent"


def test_transactional_mail_in_doubt_is_sent_again_with_the_same_id(server: SmtpServer) -> None:
    campaign = campaign_to(people(1), lane="transactional")
    server.script("BODY", Fate.RESET)
    pump(QUICK)
    first_id = only_delivery().message_id

    pump_until_quiet()

    assert counts(campaign) == {"sent": 1}
    assert [one.message_id for one in server.accepted] == [first_id] * 2


def test_transactional_mail_that_stays_in_doubt_is_not_sent_for_ever(server: SmtpServer) -> None:
    campaign = campaign_to(people(1), lane="transactional")
    server.script("BODY", *[Fate.RESET] * 20)

    pump_until_quiet()

    assert counts(campaign) == {"in_doubt": 1}
    assert len(server.accepted) == QUICK.attempts


def test_paused_lane_sends_nothing_and_the_other_goes_on(server: SmtpServer) -> None:
    held_up = campaign_to(people(1))
    urgent = campaign_to(people(1), lane="transactional")
    LanePause.objects.create(lane="campaign", until=clock.now() + timedelta(hours=1), trouble="x")

    pump(QUICK)

    assert (counts(held_up), counts(urgent)) == ({"queued": 1}, {"sent": 1})


def test_lane_waits_longer_after_each_failure(server: SmtpServer) -> None:
    campaign_to(people(1))
    LanePause.objects.create(lane="campaign", until=clock.now(), failures=4, trouble="x")
    server.script("CONNECT", "554 no")

    pump(replace(QUICK, lane_pause=10))

    pause = LanePause.objects.get()
    assert pause.failures == 5
    assert 70 < (pause.until - clock.now()).total_seconds() < 245


def test_server_that_closes_between_two_mails_is_called_again_at_once(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    server.script("MAIL", "250 ok", "421 too many mails", "250 ok")

    pump(QUICK)

    assert counts(campaign) == {"sent": 3}
    assert (server.connections, LanePause.objects.count()) == (2, 0)


def test_transactional_mail_overtakes_a_campaign(server: SmtpServer) -> None:
    campaign_to(people(30))
    (waiting,) = people(1)
    campaign_to([waiting], lane="transactional")

    pump(QUICK)

    assert server.addresses()[0] == waiting.email


def test_campaigns_take_turns(server: SmtpServer) -> None:
    first, second = people(20), people(20)
    campaign_to(first)
    campaign_to(second)

    pump(replace(QUICK, claim_size=5))

    turns = [server.addresses()[start] in {one.email for one in first} for start in range(0, 40, 5)]
    assert turns == [True, False] * 4


def test_mail_that_cannot_be_filled_in_fails_alone(server: SmtpServer) -> None:
    nameless, named = (
        User.objects.create(email="a@example.com"),
        User.objects.create(email="b@example.com", city="Rome"),
    )
    campaign = campaign_to([nameless, named], subject="{{ city }}")

    pump(QUICK)

    assert counts(campaign) == {"failed": 1, "sent": 1}
    assert Delivery.objects.get(status="failed").error == "The subject is empty once it is filled in."


def test_campaign_whose_template_cannot_be_read_fails_its_own_mail(server: SmtpServer) -> None:
    unreadable, readable = campaign_to(people(1)), campaign_to(people(1))
    Campaign.objects.filter(pk=unreadable.pk).update(text="{{ email | replace('a', 'b') }}")

    pump(QUICK)

    assert (counts(unreadable), counts(readable)) == ({"failed": 1}, {"sent": 1})
    assert Delivery.objects.get(status="failed").error.startswith("The template cannot be read: No filter named")


def test_time_that_is_over_gives_the_rest_back(server: SmtpServer) -> None:
    campaign = campaign_to(people(50))

    more = pump(replace(QUICK, pump_time=0.05))

    assert more
    assert counts(campaign).get("sent", 0) + counts(campaign).get("queued", 0) == 50
    assert Campaign.objects.get().status == "sending"


@pytest.mark.django_db(transaction=True)
def test_worker_whose_claim_was_taken_sends_no_more_of_it(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    hold = Hold()
    server.script("BODY", hold)

    def work() -> None:
        pump(replace(QUICK, deadline=10))
        connections.close_all()

    worker = threading.Thread(target=work)
    worker.start()
    assert hold.reached.wait(10)
    Delivery.objects.update(lease_until=clock.now() - timedelta(seconds=1))
    recover()
    pause_campaign(campaign=campaign)  # so that it claims nothing anew
    hold.go.set()
    worker.join()

    assert counts(campaign) == {"in_doubt": 1, "queued": 2}
    assert len(server.accepted) == 1
