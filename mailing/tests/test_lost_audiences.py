"""Campaigns whose audience can no longer be found when a worker comes to freeze it."""

import io
import json
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from mailing import services
from mailing.audience import by_filter
from mailing.content import own_content
from mailing.models import Campaign
from mailing.pump import pump
from mailing.services import create_campaign, resume_campaign
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer

pytestmark = pytest.mark.django_db
TROUBLE = (
    "Its audience can no longer be found. not/attended/event: No such event: “talk”. Name one that you can see, or "
    "leave this key out."
)


@pytest.fixture
def lost(monkeypatch: pytest.MonkeyPatch) -> Campaign:
    """Return a campaign to be frozen by a worker, of which the event is deleted before."""
    monkeypatch.setattr(services, "FROZEN_AT_ONCE", 0)
    people(2)
    event = EventFactory.create(external_id="talk")
    campaign = create_campaign(
        content=own_content(subject="Hi", body="Hi"),
        choice=by_filter({"not": {"attended": {"event": "talk"}}}, sender=None),
        sender=None,
    )
    assert campaign.status == "freezing"
    Event.objects.filter(pk=event.pk).delete()
    return campaign


def test_lost_audience_pauses_its_campaign_and_no_other(lost: Campaign, server: SmtpServer) -> None:
    other = campaign_to(people(1))

    pump(QUICK)

    lost.refresh_from_db()
    assert (lost.status, lost.trouble, counts(lost), len(server.accepted)) == ("paused", TROUBLE, {}, 1)
    assert counts(other) == {"sent": 1}


def test_lost_audience_that_is_found_again_is_frozen(lost: Campaign, server: SmtpServer) -> None:
    pump(QUICK)
    EventFactory.create(external_id="talk")
    lost.refresh_from_db()

    resume_campaign(campaign=lost)
    pump(QUICK)

    lost.refresh_from_db()
    assert (lost.status, lost.trouble, counts(lost)) == ("sent", "", {"sent": 2})


def test_lost_audience_is_said_by_the_api(lost: Campaign, server: SmtpServer, client_of_staff: APIClient) -> None:
    pump(QUICK)

    shown = client_of_staff.get(f"/api/v1/campaigns/{lost.pk}/").json()

    assert (shown["status"], shown["trouble"]) == ("paused", TROUBLE)


def test_lost_audience_is_said_by_the_admin(lost: Campaign, server: SmtpServer, admin_of_staff: Client) -> None:
    pump(QUICK)

    page = admin_of_staff.get(reverse("admin:mailing_campaign_change", args=[lost.pk]))

    assert TROUBLE in page.content.decode()


def test_lost_audience_is_said_by_the_status(lost: Campaign, server: SmtpServer) -> None:
    pump(QUICK)
    out: Any = io.StringIO()

    call_command("campaign_status", str(lost.pk), stdout=out)
    assert out.getvalue().splitlines()[1].strip() == TROUBLE

    call_command("campaign_status", str(lost.pk), "--format", "json", stdout=(out := io.StringIO()))
    assert json.loads(out.getvalue())[0]["trouble"] == TROUBLE

    call_command("campaign_status", "--format", "csv", stdout=(out := io.StringIO()))
    assert TROUBLE in out.getvalue()


def test_lost_audience_is_said_to_who_waits(
    server: SmtpServer, monkeypatch: pytest.MonkeyPatch, lost: Campaign
) -> None:
    """The event is gone in the moment between making the campaign and freezing it."""
    EventFactory.create(external_id="talk")

    def lose_and_pump(_seconds: float) -> None:
        Event.objects.all().delete()
        pump(QUICK)

    monkeypatch.setattr("mailing.watching.time.sleep", lose_and_pump)
    words = ["send_email", "--filter", '{"not": {"attended": {"event": "talk"}}}', "--wait"]

    with pytest.raises(CommandError) as error:
        call_command(*words, stdout=io.StringIO(), stderr=io.StringIO())

    assert (error.value.returncode, str(error.value)) == (1, f"The campaign is paused. {TROUBLE}")
