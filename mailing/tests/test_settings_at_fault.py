"""Settings under which no mail can go: it waits unharmed, the lane says why, and `check` finds it before."""

import pytest
from pytest_django import Settings

from mailing.checks import ACCOUNT, HOST, SENDER, mail_can_be_sent
from mailing.models import Campaign, Delivery, LanePause
from mailing.pump import pump
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.smtp_server import SmtpServer
from users.models import User

SMTP = "django.core.mail.backends.smtp.EmailBackend"
FAULTS = [
    ({"EMAIL_HOST": "mail..example.com"}, HOST, "UnicodeError"),
    ({"EMAIL_HOST_USER": "ann", "EMAIL_HOST_PASSWORD": "päss"}, ACCOUNT, "UnicodeEncodeError"),
    ({"DEFAULT_FROM_EMAIL": ""}, SENDER, "The sender's address cannot be used: Invalid address"),
]


def assert_unharmed(campaign: Campaign, trouble: str) -> None:
    """All waits in the queue, and its lane says why."""
    assert counts(campaign) == {"queued": campaign.frozen_count}
    assert set(Delivery.objects.values_list("attempts", flat=True)) == {0}
    assert trouble in LanePause.objects.get(lane=campaign.lane).trouble


@pytest.mark.django_db
@pytest.mark.parametrize(("wrong", "_found", "trouble"), FAULTS)
def test_wrong_setting_pauses_the_lane_and_burns_nobody(
    server: SmtpServer, settings: Settings, wrong: dict[str, str], _found: object, trouble: str
) -> None:
    server.script("EHLO", *["250-here\r\n250 AUTH PLAIN"] * 4)
    campaign = campaign_to(people(3))
    for name, value in wrong.items():
        setattr(settings, name, value)

    for _tick in range(2):
        LanePause.objects.all().delete()
        pump(QUICK)

    assert_unharmed(campaign, trouble)
    assert server.accepted == []


@pytest.mark.django_db
def test_backend_that_cannot_be_had_pauses_the_lane(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.ANYMAIL = "anymail.backends.postmark.EmailBackend", {}
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert_unharmed(campaign, "AnymailConfigurationError")


@pytest.mark.django_db
@pytest.mark.parametrize("way", ["open", "send"])
def test_backend_that_fails_in_a_way_of_its_own(settings: Settings, way: str) -> None:
    settings.EMAIL_BACKEND = f"mailing.tests.backends.Fails{way.title()}"
    campaign = campaign_to(people(2))

    pump(QUICK)

    assert counts(campaign) == ({"queued": 2} if way == "open" else {"queued": 1, "in_doubt": 1})
    assert LanePause.objects.get().trouble == "ZeroDivisionError: odd"


@pytest.mark.django_db
def test_recipient_who_cannot_be_written_fails_alone(server: SmtpServer) -> None:
    odd, fine = people(2)
    User.objects.filter(pk=odd.pk).update(email="a@example.com, b@example.com")
    campaign = campaign_to([odd, fine])

    pump(QUICK)

    assert counts(campaign) == {"failed": 1, "sent": 1}


@pytest.mark.django_db
def test_mail_that_cannot_be_written_pauses_its_campaign(server: SmtpServer, settings: Settings) -> None:
    """The header that names a list is made of the address of the site; account mail has none."""
    campaign, other = campaign_to(people(2)), campaign_to(people(1), lane="transactional")
    settings.PUBLIC_URL = "http://["

    pump(QUICK)

    campaign.refresh_from_db()
    assert (campaign.status, campaign.trouble) == ("paused", "Its mail cannot be written: Invalid IPv6 URL")
    assert (counts(campaign), counts(other)) == ({"queued": 2}, {"sent": 1})


@pytest.mark.parametrize(("wrong", "found", "_trouble"), FAULTS)
def test_wrong_setting_is_found_at_the_start(
    settings: Settings, wrong: dict[str, str], found: object, _trouble: str
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = SMTP, "mail.example.com"
    assert [*mail_can_be_sent()] == []

    for name, value in wrong.items():
        setattr(settings, name, value)

    assert [*mail_can_be_sent()] == [found]


@pytest.mark.parametrize("address", ["Event CRM", "@example.com", "a@example.com, b@example.com"])
def test_sender_that_is_no_address_is_found_at_the_start(settings: Settings, address: str) -> None:
    settings.DEFAULT_FROM_EMAIL = address

    assert [*mail_can_be_sent()] == [SENDER]


def test_wrong_server_of_another_backend_is_nobodys_trouble(settings: Settings) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_HOST = "mailing.backends.MailDirBackend", "mail..example.com"

    assert [*mail_can_be_sent()] == []
