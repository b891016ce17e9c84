"""``manage.py settle``: what is in doubt is shown, and decided."""

from uuid import uuid4

import pytest

from mailing.models import Delivery
from mailing.services import cancel_campaign
from mailing.tests.factories import campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer
from mailing.tests.test_commands import refusal, run
from mailing.tests.test_services import in_doubt

pytestmark = pytest.mark.django_db


def test_what_is_in_doubt_is_shown_and_nothing_changed(server: SmtpServer) -> None:
    campaign = in_doubt(server)
    doubtful = Delivery.objects.get(status="in_doubt")

    *lines, last = run("settle", str(campaign.pk)).splitlines()

    assert [line.split("  ")[:3] for line in lines] == [[str(doubtful.pk), doubtful.address, doubtful.message_id]]
    assert (last, counts(campaign)) == ("In doubt: 1.", {"sent": 1, "in_doubt": 1})


@pytest.mark.parametrize(
    ("outcome", "then"),
    [("sent", {"sent": 2}), ("failed", {"sent": 1, "failed": 1}), ("resend", {"sent": 1, "queued": 1})],
)
def test_it_is_decided(server: SmtpServer, outcome: str, then: dict[str, int]) -> None:
    campaign = in_doubt(server)

    assert run("settle", str(campaign.pk), outcome) == f"Settled as {outcome}: 1.\n"
    assert counts(campaign) == then
    assert run("settle", str(campaign.pk), outcome) == "Nothing of it is in doubt.\n"


def test_cancelled_campaign_sends_nothing_again(server: SmtpServer) -> None:
    campaign = in_doubt(server, status="cancelled")

    assert refusal("settle", str(campaign.pk), "resend") == (
        2,
        "This campaign is cancelled: what is in doubt can be settled as sent or failed only.",
    )


def test_more_than_can_be_read_are_counted() -> None:
    campaign = campaign_to(people(22))
    cancel_campaign(campaign=campaign)
    Delivery.objects.update(status="in_doubt")

    lines = run("settle", str(campaign.pk)).splitlines()

    assert (len(lines), lines[-2:]) == (22, ["and 2 more", "In doubt: 22."])


def test_campaign_that_there_is_not_is_named() -> None:
    nobody = str(uuid4())

    assert refusal("settle", nobody) == (2, f"There is no campaign {nobody}.")
