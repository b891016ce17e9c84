"""Mails about accounts once they are made: what can be filled in, what is kept, and what is forgotten."""

from datetime import timedelta

import pytest
from django.core.management import call_command
from django.test import Client
from django.utils import timezone as clock

from api.exceptions import Conflict
from mailing.accounts import purge
from mailing.models import AccountMail, Campaign, Delivery
from mailing.pump import pump
from mailing.tasks import forget_account_mails
from mailing.tests.account_calls import BODY, PASSWORD, link_in, post, token_of
from mailing.tests.factories import QUICK
from mailing.tests.smtp_server import SmtpServer
from users.accounts.mail import AccountMailKind, send
from users.models import PendingEmail, PendingSignup, User
from users.services import delete_user
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("kind", AccountMailKind)
@pytest.mark.parametrize("language", ["en", "en-gb", "xx", "../../.."])
def test_every_mail_can_be_filled_in(server: SmtpServer, kind: AccountMailKind, language: str) -> None:
    person = UserFactory.create(email="nora@example.com")
    pending = PendingSignup.objects.create(email="nora@example.com", password="x")
    PendingEmail.objects.create(user=person, email="new@example.com", key=pending.key)

    send(kind, user=person, email="nora@example.com", language=language, key=pending.key)
    pump(QUICK)

    assert Delivery.objects.get().status == "sent"


@pytest.mark.parametrize("sent", [True, False])
def test_who_signed_up_can_be_deleted(client: Client, server: SmtpServer, *, sent: bool) -> None:
    post(client, "signup", BODY)
    post(client, "signup/confirm", {"token": token_of(link_in(server)), "password": PASSWORD})
    post(client, "password/reset", {"email": "nora@example.com"})
    if sent:
        pump(QUICK)
    nora = User.objects.get()

    delete_user(user=nora, actor=None)
    pump(QUICK)

    assert not User.objects.exists()
    assert not Delivery.objects.filter(user__isnull=False).exists()
    assert [one.status for one in Delivery.objects.order_by("pk")] == ["sent", "sent" if sent else "failed"]
    call_command("check_deliveries")


def test_mail_of_a_campaign_still_holds_who_got_it(client: Client) -> None:
    nora = UserFactory.create(email="nora@example.com")
    post(client, "password/reset", {"email": "nora@example.com"})
    campaign = Campaign.objects.create(subject="News", text="News", status="draft")
    Delivery.objects.create(campaign=campaign, user=nora, address="nora@example.com")

    with pytest.raises(Conflict):
        delete_user(user=nora, actor=None)

    assert Delivery.objects.filter(user=nora).count() == 2


def test_ledger_stays_sound_and_old_mails_go(client: Client, server: SmtpServer) -> None:
    post(client, "signup", BODY)
    post(client, "password/reset", {"email": "nobody@example.com"})
    pump(QUICK)
    call_command("check_deliveries")

    kept = purge()
    Campaign.objects.update(finished_at=clock.now() - timedelta(days=8))
    gone = purge()

    assert (kept, gone) == (0, 2)
    assert [model.objects.count() for model in (Campaign, Delivery, AccountMail)] == [0, 0, 0]
    call_command("check_deliveries")


def test_task_forgets_them(client: Client, server: SmtpServer) -> None:
    post(client, "signup", BODY)
    pump(QUICK)
    Campaign.objects.update(finished_at=clock.now() - timedelta(days=8))

    forget_account_mails()

    assert not AccountMail.objects.exists()
