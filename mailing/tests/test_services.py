"""Stopping, resuming, cancelling and settling campaigns."""

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest
from django.utils import timezone as clock

from api.exceptions import Conflict
from mailing.audit import find_faults
from mailing.models import Campaign, Delivery, LanePause
from mailing.pump import pump
from mailing.services import cancel_campaign, pause_campaign, resume_campaign, settle_campaign
from mailing.suppressions import suppress
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import Fate, SmtpServer
from mailing.upkeep import finish

pytestmark = pytest.mark.django_db


def in_doubt(server: SmtpServer, status: str = "sent") -> Campaign:
    """Return a campaign of two mails, one sent and one in doubt."""
    campaign = campaign_to(people(2))
    server.script("BODY", Fate.RESET)
    pump(QUICK)
    Delivery.objects.filter(status="queued").update(status="sent", sent_at=clock.now())
    Campaign.objects.update(status="sending" if status == "sent" else status)
    finish()
    campaign.refresh_from_db()
    return campaign


def test_paused_campaign_sends_nothing_until_it_goes_on(server: SmtpServer) -> None:
    campaign = campaign_to(people(2))

    paused = pause_campaign(campaign=campaign)
    pump(QUICK)
    assert (paused.status, server.accepted) == ("paused", [])

    resume_campaign(campaign=campaign)
    pump(QUICK)
    assert counts(campaign) == {"sent": 2}


def test_pausing_and_resuming_twice_is_once() -> None:
    campaign = campaign_to(people(1))

    assert [pause_campaign(campaign=campaign).status for _time in range(2)] == ["paused"] * 2
    assert [resume_campaign(campaign=campaign).status for _time in range(2)] == ["sending"] * 2


def test_resumed_campaign_for_later_waits_again() -> None:
    campaign = campaign_to(people(1), scheduled_at=clock.now() + timedelta(hours=1))
    pause_campaign(campaign=campaign)

    assert resume_campaign(campaign=campaign).status == "scheduled"


def test_campaign_begins_when_its_time_comes(server: SmtpServer) -> None:
    campaign = campaign_to(people(1), scheduled_at=clock.now() + timedelta(hours=1))
    pump(QUICK)
    assert counts(campaign) == {"queued": 1}
    Campaign.objects.update(scheduled_at=clock.now())

    pump(QUICK)

    assert counts(campaign) == {"sent": 1}


def test_cancelled_campaign_is_taken_out_of_the_queue(server: SmtpServer) -> None:
    campaign = campaign_to(people(5))

    cancel_campaign(campaign=campaign)
    pump(replace(QUICK, sweep_size=2))

    campaign.refresh_from_db()
    assert counts(campaign) == {"cancelled": 5}
    assert (campaign.status, server.accepted, find_faults()) == ("cancelled", [], [])
    assert campaign.finished_at


@pytest.mark.parametrize("service", [pause_campaign, resume_campaign, cancel_campaign])
def test_sent_campaign_can_no_longer_be_stopped(server: SmtpServer, service: Callable[..., Campaign]) -> None:
    campaign = campaign_to(people(1))
    pump(QUICK)

    with pytest.raises(Conflict, match="This campaign is sent"):
        service(campaign=campaign)


def test_cancelled_campaign_cannot_go_on() -> None:
    campaign = campaign_to(people(1))
    cancel_campaign(campaign=campaign)

    with pytest.raises(Conflict, match="only a paused one can go on"):
        resume_campaign(campaign=campaign)
    assert cancel_campaign(campaign=campaign).status == "cancelled"


@pytest.mark.parametrize("outcome", ["sent", "failed"])
def test_doubt_is_settled_as_known(server: SmtpServer, outcome: str) -> None:
    campaign = in_doubt(server)

    assert settle_campaign(campaign=campaign, outcome=outcome) == 1

    expected = {"sent": 2} if outcome == "sent" else {"sent": 1, "failed": 1}
    assert counts(campaign) == expected
    assert set(Delivery.objects.filter(status="sent").values_list("error")) == {("",)}
    assert all(Delivery.objects.filter(status="failed").values_list("error", flat=True))
    assert find_faults() == []


def test_doubt_is_settled_by_sending_again_with_the_same_id(server: SmtpServer) -> None:
    campaign = in_doubt(server)

    settle_campaign(campaign=campaign, outcome="resend")

    assert Delivery.objects.get(status="queued").error == ""
    LanePause.objects.update(until=clock.now())
    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, counts(campaign), find_faults()) == ("sent", {"sent": 2}, [])
    assert server.accepted[0].message_id == server.accepted[-1].message_id


def test_doubt_of_a_cancelled_campaign_is_not_sent_again(server: SmtpServer) -> None:
    campaign = in_doubt(server, status="cancelled")

    with pytest.raises(Conflict, match="sent or failed only"):
        settle_campaign(campaign=campaign, outcome="resend")


def test_doubt_of_a_paused_campaign_waits_with_it(server: SmtpServer) -> None:
    campaign = in_doubt(server, status="paused")

    settle_campaign(campaign=campaign, outcome="resend")

    campaign.refresh_from_db()
    assert (campaign.status, counts(campaign)) == ("paused", {"queued": 1, "sent": 1})


def test_suppressed_address_is_withdrawn_from_every_queue() -> None:
    person, other = people(2)
    campaigns = [campaign_to([person, other]), campaign_to([person])]
    Delivery.objects.filter(campaign=campaigns[1]).update(
        status="claimed", token=uuid4(), lease_until=clock.now() + timedelta(minutes=1)
    )

    suppress(address=str(person.email).upper(), reason="manual")
    suppress(address=str(person.email), reason="complaint")

    assert [counts(one) for one in campaigns] == [{"queued": 1, "suppressed": 1}, {"suppressed": 1}]


def test_editing_raises_the_version_and_sending_does_not(server: SmtpServer) -> None:
    campaign = campaign_to(people(1))
    before = campaign.version

    Campaign.objects.filter(pk=campaign.pk).update(started_at=clock.now())
    campaign.refresh_from_db()
    assert campaign.version == before

    assert pause_campaign(campaign=campaign).version == before + 1
