"""The pump's turns: trouble with one campaign, or work that has no end, keeps no other mail back."""

import time
from dataclasses import replace

import pytest
from django.contrib.auth.models import Group

from mailing import services
from mailing.audience import by_filter, by_ids
from mailing.content import own_content
from mailing.models import AccountMail, Audience, Campaign
from mailing.pump import guarded, pump
from mailing.services import create_campaign, resume_campaign
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
NOT_ALLOWED = "Its sender, Olga Organizer, may no longer send mail: restore this right, or cancel it."


@pytest.fixture
def organizer() -> User:
    """Return somebody who may send mail by a role that can be taken away."""
    return UserFactory.create(first_name="Olga", last_name="Organizer", roles=["organizer"])


@pytest.fixture(autouse=True)
def freezing(monkeypatch: pytest.MonkeyPatch) -> None:
    """Leave every audience to the workers."""
    monkeypatch.setattr(services, "FROZEN_AT_ONCE", 0)


def campaign_by(sender: User | None, *recipients: User) -> Campaign:
    """Return a campaign to ``recipients``, or to everybody of Acme, that a worker has to freeze."""
    chosen = [str(one.pk) for one in recipients]
    choice = by_ids(chosen, sender=sender) if chosen else by_filter({"company": "Acme"}, sender=sender)
    return create_campaign(content=own_content(subject="Hi", body="Hi"), choice=choice, sender=sender)


def urgent() -> Campaign:
    """Return a transactional campaign to one person."""
    return campaign_to(people(1), lane="transactional")


def test_campaign_that_cannot_be_frozen_is_paused_and_says_why(server: SmtpServer) -> None:
    """Its audience is gone, by a way that nobody thought of."""
    broken = campaign_by(None, *people(1))
    Audience.objects.filter(campaign=broken).delete()
    waited_for = urgent()

    pump(QUICK)

    broken.refresh_from_db()
    assert (broken.status, broken.trouble) == (
        "paused",
        "Its audience cannot be found: Audience matching query does not exist.",
    )
    assert counts(waited_for) == {"sent": 1}


def test_campaign_without_templates_is_paused_and_says_why(server: SmtpServer) -> None:
    """A mail about one account that goes to two people cannot be."""
    unknown, waited_for = campaign_to(people(2), lane="transactional"), urgent()
    AccountMail.objects.create(campaign=unknown, kind="password_reset", address="a@example.com")

    pump(QUICK)

    unknown.refresh_from_db()
    assert (unknown.status, counts(unknown)) == ("paused", {"queued": 2})
    assert unknown.trouble.startswith("Its templates cannot be had: get() returned more than one Delivery")
    assert counts(waited_for) == {"sent": 1}


def test_long_freeze_keeps_no_mail_waiting(server: SmtpServer) -> None:
    """The time is over long before the freeze is, one person at a time."""
    slow = campaign_by(None, *people(300))
    waited_for = urgent()
    started = time.monotonic()

    more = pump(replace(QUICK, pump_time=1.5, freeze_size=1))

    assert more
    assert time.monotonic() - started < 10
    assert counts(waited_for) == {"sent": 1}
    slow.refresh_from_db()
    assert slow.status == "freezing"
    assert counts(slow)["queued"] > 1


def test_failing_step_is_logged_and_the_next_is_taken(caplog: pytest.LogCaptureFixture) -> None:
    def fail() -> bool:
        raise ZeroDivisionError

    assert not guarded(fail)
    assert "A step of the pump failed." in caplog.text


@pytest.mark.parametrize("how", ["deactivated", "demoted"])
@pytest.mark.parametrize("picked", [True, False])
def test_campaign_of_a_sender_who_may_no_longer_send_is_paused(
    server: SmtpServer, organizer: User, how: str, *, picked: bool
) -> None:
    ada = UserFactory.create(company="Acme")
    campaign = campaign_by(organizer, *([ada] if picked else []))
    if how == "deactivated":
        User.objects.filter(pk=organizer.pk).update(is_active=False)
    else:
        organizer.groups.clear()

    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.trouble, campaign.frozen_count) == ("paused", NOT_ALLOWED, None)


def test_campaign_goes_on_once_its_sender_may_send_again(server: SmtpServer, organizer: User) -> None:
    campaign = campaign_by(organizer, UserFactory.create(company="Acme"))
    organizer.groups.clear()
    pump(QUICK)
    organizer.groups.add(Group.objects.get(name="organizer"))
    campaign.refresh_from_db()

    resume_campaign(campaign=campaign)
    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.trouble, counts(campaign)) == ("sent", "", {"sent": 1})
