"""The ledger of a campaign: counted while it goes on, kept once it is finished."""

from importlib import import_module

import pytest
from django.db import IntegrityError, connection
from django.utils import timezone as clock
from pytest_django import DjangoAssertNumQueries

from mailing.audit import find_faults
from mailing.counts import counts_of
from mailing.models import Campaign, Delivery, LanePause
from mailing.pump import pump
from mailing.services import cancel_campaign, settle_campaign
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import Fate, SmtpServer

pytestmark = pytest.mark.django_db


def kept(campaign: Campaign) -> dict[str, int] | None:
    """Return what the campaign keeps, as stored."""
    found: dict[str, int] | None = Campaign.objects.values_list("final_counts", flat=True).get(pk=campaign.pk)
    return found


def finished_with_a_doubt(server: SmtpServer) -> Campaign:
    """Return a finished campaign of two mails, one sent and one in doubt."""
    campaign = campaign_to(people(2))
    server.script("BODY", Fate.RESET)
    pump(QUICK)
    LanePause.objects.update(until=clock.now())
    pump(QUICK)
    assert kept(campaign) == {"sent": 1, "in_doubt": 1}
    return campaign


def test_counts_of_several_campaigns_are_one_query(
    server: SmtpServer, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    finished = campaign_to(people(2))
    pump(QUICK)
    waiting, empty = campaign_to(people(3)), campaign_to([])

    with django_assert_num_queries(1):
        found = counts_of([finished.pk, waiting.pk, empty.pk])

    assert [(one["sent"], one["queued"], one["frozen"]) for one in found.values()] == [(2, 0, 2), (0, 3, 3), (0, 0, 0)]


def test_counts_are_kept_from_the_end_on(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    assert kept(campaign) is None

    pump(QUICK)

    assert kept(campaign) == {"sent": 3}


def test_counts_of_a_finished_campaign_are_not_counted_again(server: SmtpServer) -> None:
    campaign = campaign_to(people(3))
    pump(QUICK)

    Delivery.objects.all().delete()

    assert counts(campaign) == {"sent": 3}


def test_counts_of_a_cancelled_campaign_are_kept() -> None:
    campaign = campaign_to(people(2))

    cancel_campaign(campaign=campaign)
    pump(QUICK)

    assert kept(campaign) == {"cancelled": 2}


def test_campaign_to_nobody_keeps_no_counts_of_any_state() -> None:
    assert kept(campaign_to([])) == {}
    assert find_faults() == []


def test_counts_follow_when_doubts_are_settled(server: SmtpServer) -> None:
    campaign = finished_with_a_doubt(server)

    settle_campaign(campaign=campaign, outcome="failed")

    assert kept(campaign) == {"sent": 1, "failed": 1}
    assert find_faults() == []


def test_counts_are_let_go_while_doubts_are_sent_again(server: SmtpServer) -> None:
    campaign = finished_with_a_doubt(server)

    settle_campaign(campaign=campaign, outcome="resend")
    assert (kept(campaign), counts(campaign)) == (None, {"sent": 1, "queued": 1})

    pump(QUICK)
    assert kept(campaign) == {"sent": 2}


def test_counts_that_are_wrong_are_found(server: SmtpServer) -> None:
    campaign = campaign_to(people(2))
    pump(QUICK)

    Campaign.objects.update(final_counts={"sent": 1})
    assert find_faults() == [f'Campaign {campaign.pk} keeps the counts {{"sent": 1}}, but {{"sent": 2}} are counted.']

    Campaign.objects.update(final_counts=None)
    assert find_faults() == [f'Campaign {campaign.pk} keeps the counts None, but {{"sent": 2}} are counted.']


def test_counts_are_final_only_once_finished() -> None:
    campaign_to(people(1))

    with pytest.raises(IntegrityError, match="mailing_campaign_counts_final_once_finished"):
        Campaign.objects.update(final_counts={"queued": 1})


def test_migration_counts_what_was_finished_before(server: SmtpServer) -> None:
    finished = campaign_to(people(2))
    pump(QUICK)
    waiting = campaign_to(people(1))
    Campaign.objects.update(final_counts=None)

    with connection.cursor() as cursor:
        cursor.execute(import_module("mailing.migrations.0003_keep_counts_of_finished_campaigns").COUNT_ALL)

    assert (kept(finished), kept(waiting)) == ({"sent": 2}, None)
