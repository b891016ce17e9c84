"""Campaigns, deliveries and the mailbox in the admin, and the action that sends mail."""

import threading
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection, connections
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import Settings

from mailing.models import Campaign, CampaignStatus, Delivery, LanePause, Suppression
from mailing.pump import pump
from mailing.suppressions import suppress
from mailing.tests.factories import campaign_to, people
from users.admin.panels import Link
from users.models import User
from users.tests.factories import UserFactory

PEOPLE = reverse("admin:users_user_changelist")
CAMPAIGNS = reverse("admin:mailing_campaign_changelist")
OWN = {"subject": "Hello {{ first_name }}", "body": "See you, {{ full_name }}."}


def selection(*chosen: User, across: bool = False) -> dict[str, Any]:
    ticks = [str(one.pk) for one in chosen]
    return {"action": "send_email", "select_across": str(int(across)), "_selected_action": ticks, "index": "0"}


def page(campaign: Campaign, view: str = "change", *more: str) -> str:
    return reverse(f"admin:mailing_campaign_{view}", args=[campaign.pk, *more])


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.fixture
def mail_dir(settings: Settings, tmp_path: Path) -> Path:
    settings.EMAIL_BACKEND, settings.MAIL_DIR = "mailing.backends.MailDirBackend", tmp_path
    return tmp_path


def test_sending_begins_with_whom_it_reaches(admin_of_staff: Client) -> None:
    ann, bob = people(2)
    suppress(address=bob.email or "", reason="manual")
    nobody = UserFactory.create(email=None)
    answer = admin_of_staff.post(PEOPLE, selection(ann, bob, nobody))
    context = answer.context
    assert (context["reached"], sorted(context["left_out"])) == ("1", ["1 no address", "1 suppressed address"])
    assert "1 person gets this mail." in answer.content.decode()
    assert not Campaign.objects.exists()


def test_sending_shows_the_mail_before_it_is_sent(admin_of_staff: Client) -> None:
    (ann,) = people(1)
    context = admin_of_staff.post(PEOPLE, {**selection(ann), **OWN, "step": "preview"}).context
    assert (context["preview_subject"], context["can_send"]) == (f"Hello {ann.first_name}", True)
    assert f"See you, {ann}." in context["preview"]


def test_sending_to_who_is_selected_makes_a_campaign(admin_of_staff: Client, staff: User) -> None:
    ann, bob, _carl = people(3)
    form = {name: value for name, value in selection(ann, bob).items() if name != "index"}
    answer = admin_of_staff.post(PEOPLE, {**form, **OWN, "step": "send"})
    campaign = Campaign.objects.get()
    assert (campaign.frozen_count, campaign.created_by) == (2, staff)
    assert answer.url == page(campaign)  # type: ignore[attr-defined]  # a redirect


def token_of(shown: Any) -> str:
    """Return the token that the form on a page carries."""
    carried: dict[str, str] = dict(shown.context["carried"])
    return carried["form_token"]


def test_double_click_on_send_makes_one_campaign(admin_of_staff: Client) -> None:
    ann, bob = people(2)
    form = {**selection(ann, bob), **OWN}
    token = token_of(admin_of_staff.post(PEOPLE, {**form, "step": "preview"}))
    sending = {**form, "step": "send", "form_token": token}

    answers: list[Any] = [admin_of_staff.post(PEOPLE, sending) for _click in range(2)]

    assert [answer.url for answer in answers] == [page(Campaign.objects.get())] * 2
    assert Delivery.objects.count() == 2
    shown = admin_of_staff.get(answers[0].url)
    assert said(shown)[-1] == "This form was sent already. This page shows the campaign that it made."


def test_double_click_at_the_same_moment_makes_one_campaign(transactional_db: None, staff: User) -> None:
    """Each click is a request of its own; the second begins before the first has ended."""
    (ann,) = people(1)
    answers: list[Any] = []
    token = str(uuid4())

    def click() -> None:
        client = Client()
        client.force_login(staff)
        answers.append(client.post(PEOPLE, {**selection(ann), **OWN, "step": "send", "form_token": token}))
        connections.close_all()

    clicks = [threading.Thread(target=click) for _number in range(3)]
    for one in clicks:
        one.start()
    for one in clicks:
        one.join()

    assert [answer.url for answer in answers] == [page(Campaign.objects.get())] * 3


def test_each_preview_can_be_sent(admin_of_staff: Client) -> None:
    form = {**selection(*people(1)), **OWN}
    for _mail in range(2):
        token = token_of(admin_of_staff.post(PEOPLE, {**form, "step": "preview"}))
        admin_of_staff.post(PEOPLE, {**form, "step": "send", "form_token": token})
    assert Campaign.objects.count() == 2


def test_sending_to_all_that_match_takes_more_than_the_page(admin_of_staff: Client) -> None:
    found = [UserFactory.create(company="Acme") for _number in range(3)]
    UserFactory.create(company="Globex")
    admin_of_staff.post(PEOPLE + "?company=acme", {**selection(found[0], across=True), **OWN, "step": "send"})
    assert set(Delivery.objects.values_list("user", flat=True)) == {one.pk for one in found}


def test_sending_to_all_that_a_search_finds(admin_of_staff: Client) -> None:
    found = [UserFactory.create(last_name="Hamilton") for _number in range(2)]
    UserFactory.create(last_name="Lovelace")
    admin_of_staff.post(PEOPLE + "?q=hamilton", {**selection(found[0], across=True), **OWN, "step": "send"})
    assert set(Delivery.objects.values_list("user", flat=True)) == {one.pk for one in found}


def test_preview_of_a_mail_that_the_first_person_cannot_get(admin_of_staff: Client) -> None:
    nobodys = UserFactory.create(company="")
    mail = {"subject": "{{ company }}", "body": "Hello", "step": "preview"}
    context = admin_of_staff.post(PEOPLE, {**selection(nobodys), **mail}).context
    fault = f"As {nobodys} would get it: The subject is empty once it is filled in."
    assert context["form"].non_field_errors() == [fault]
    assert ("preview" in context, context["can_send"]) == (False, False)


def test_sending_from_a_template(admin_of_staff: Client) -> None:
    admin_of_staff.post(PEOPLE, {**selection(*people(1)), "template": "welcome", "step": "send"})
    assert Campaign.objects.get().template == "welcome"


@pytest.mark.parametrize(
    ("mail", "fault"),
    [
        ({}, "This may not be empty."),
        ({"subject": "Hello", "body": "{{ salary }}"}, "Unknown placeholder: salary."),
        ({"template": "welcome", "subject": "Hello"}, "Choose a template, or write"),
        ({"template": "nothing"}, "Select a valid choice."),
        ({"subject": "Hello", "body": "{{ first_name|truncate(2) }}"}, "expected length &gt;= 3, got 2"),
    ],
)
def test_sending_a_mail_that_cannot_be(admin_of_staff: Client, mail: dict[str, str], fault: str) -> None:
    answer = admin_of_staff.post(PEOPLE, {**selection(*people(1)), **mail, "step": "send"})
    assert fault in str(answer.context["form"].errors)
    assert not Campaign.objects.exists()


def test_sending_by_who_may_not(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create(roles=["agent"]))
    answer = client.post(PEOPLE, {**selection(*people(1)), **OWN, "step": "send"}, follow=True)
    assert ("reached" in answer.context, Campaign.objects.count()) == (False, 0)


def test_selection_that_is_none(admin_of_staff: Client) -> None:
    form = {"action": "send_email", "_selected_action": ["nobody"], "index": "0"}
    assert "is not a valid UUID" in said(admin_of_staff.post(PEOPLE, form, follow=True))[0]


def test_list_at_one_and_three_campaigns_asks_as_often(admin_of_staff: Client) -> None:
    campaign_to(people(1))
    admin_of_staff.get(CAMPAIGNS)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(CAMPAIGNS)
    for _number in range(2):
        campaign_to(people(2))
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(CAMPAIGNS)
    assert len(at_three) == len(at_one)


def test_list_without_mail_that_somebody_waits_for(admin_of_staff: Client) -> None:
    news, _link = campaign_to(people(1)), campaign_to(people(1), lane="transactional")

    page = admin_of_staff.get(CAMPAIGNS + "?lane=campaign")

    assert list(page.context["cl"].result_list) == [news]


def test_campaign_shows_that_its_ledger_balances(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(3))
    Delivery.objects.filter(pk=campaign.deliveries.order_by("pk")[0].pk).update(status="failed")
    assert "3 frozen = 1 failed + 2 queued" in admin_of_staff.get(page(campaign)).content.decode()


def test_list_tells_of_a_mail_server_in_trouble(admin_of_staff: Client) -> None:
    LanePause.objects.create(lane="campaign", until=clock.now() + timedelta(hours=1), trouble="535 wrong password")
    assert "535 wrong password" in said(admin_of_staff.get(CAMPAIGNS))[0]


def test_deliveries_of_a_campaign_by_state(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(2))
    Delivery.objects.filter(pk=campaign.deliveries.order_by("pk")[0].pk).update(status="failed", error="no such user")
    context = admin_of_staff.get(page(campaign, "panel", "deliveries") + "?status=failed").context
    assert [(choice.title, choice.active) for choice in context["choices"]] == [
        ("all 2", False),
        ("queued 1", False),
        ("failed 1", True),
    ]
    assert [row[-1] for row in context["table"]["rows"]] == ["no such user"]


def test_who_was_left_out_of_a_campaign_by_reason(admin_of_staff: Client) -> None:
    campaign = campaign_to([*people(1), UserFactory.create(email=None), UserFactory.create(is_active=False)])
    context = admin_of_staff.get(page(campaign, "panel", "left-out") + "?reason=no_address").context
    assert [choice.title for choice in context["choices"]] == ["all 2", "inactive person 1", "no address 1"]
    assert [str(row[-1]) for row in context["table"]["rows"]] == ["no address"]


def test_mail_of_a_person(admin_of_staff: Client) -> None:
    (ann,) = people(1)
    campaign_to([ann], subject="Come along")
    rows = admin_of_staff.get(reverse("admin:users_user_panel", args=[ann.pk, "mail"])).context["table"]["rows"]
    assert ["Come along" in row[0] for row in rows] == [True]


def offered(client: Client, campaign: Campaign) -> list[str]:
    links: list[Link] = client.get(page(campaign)).context["record_links"]
    return [str(link.title) for link in links]


@pytest.mark.parametrize(("before", "step", "after"), [("sending", "pause", "paused"), ("paused", "resume", "sending")])
def test_steps_of_a_campaign(admin_of_staff: Client, before: str, step: str, after: str) -> None:
    campaign = campaign_to(people(1))
    Campaign.objects.filter(pk=campaign.pk).update(status=before)
    admin_of_staff.post(page(campaign, "step", step))
    campaign.refresh_from_db()
    assert campaign.status == after


def test_steps_that_are_offered(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1))
    assert offered(admin_of_staff, campaign) == ["Pause", "Cancel the campaign"]
    admin_of_staff.post(page(campaign, "step", "cancel"))
    assert offered(admin_of_staff, campaign) == []


def test_asking_for_a_step_takes_none(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1))
    admin_of_staff.get(page(campaign, "step", "cancel"))
    campaign.refresh_from_db()
    assert campaign.status == CampaignStatus.SENDING


def test_step_that_the_service_refuses(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1))
    Campaign.objects.filter(pk=campaign.pk).update(status="sent")
    answer = admin_of_staff.post(page(campaign, "step", "pause"))
    assert "there is nothing to pause" in str(answer.context["form"].non_field_errors())


def test_step_that_is_none(admin_of_staff: Client) -> None:
    assert admin_of_staff.get(page(campaign_to(people(1)), "step", "explode")).status_code == 404


def test_settling_what_is_in_doubt(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1))
    campaign.deliveries.update(status="in_doubt")
    assert "Settle doubts" in offered(admin_of_staff, campaign)
    admin_of_staff.post(page(campaign, "step", "settle"), {"outcome": "sent"})
    assert campaign.deliveries.get().status == "sent"


@pytest.mark.parametrize(("role", "code"), [("agent", 404), ("organizer", 404)])
def test_steps_of_somebody_elses_campaign(db: None, role: str, code: int) -> None:
    client = Client()
    client.force_login(UserFactory.create(roles=[role]))
    campaign = campaign_to(people(1))
    assert client.post(page(campaign, "step", "cancel")).status_code == code
    campaign.refresh_from_db()
    assert campaign.status != "cancelled"


def test_deliveries_by_person(admin_of_staff: Client) -> None:
    ann, bob = people(2)
    campaign_to([ann, bob])
    answer = admin_of_staff.get(reverse("admin:mailing_delivery_changelist") + f"?user={ann.pk}")
    assert [delivery.user for delivery in answer.context["cl"].result_list] == [ann]


def test_suppressing_an_address_holds_its_mail_back(admin_of_staff: Client) -> None:
    (ann,) = people(1)
    campaign = campaign_to([ann])
    admin_of_staff.post(reverse("admin:mailing_suppression_add"), {"address": (ann.email or "").upper(), "detail": "x"})
    assert (Suppression.objects.get().reason, campaign.deliveries.get().status) == ("manual", "suppressed")


def test_mailbox_shows_the_mail_that_was_written(
    admin_of_staff: Client, mail_dir: Path, transactional_db: None
) -> None:
    campaign_to(people(1), subject="Come along")
    pump()
    (row,) = admin_of_staff.get(reverse("admin:mailbox")).context["table"]["rows"]
    (mail,) = mail_dir.glob("*.eml")
    answer = admin_of_staff.get(reverse("admin:mailbox_message", args=[mail.name]))
    assert ("Come along" in row[0], answer.context["mail"].envelope.subject) == (True, "Come along")


@pytest.mark.parametrize("name", ["nothing.eml", "..", "%00.eml", "x" * 300])
def test_mailbox_with_a_name_that_is_none(admin_of_staff: Client, mail_dir: Path, name: str) -> None:
    assert admin_of_staff.get(reverse("admin:mailbox") + name + "/").status_code in (400, 404)


def test_mailbox_where_mail_is_really_sent(admin_of_staff: Client) -> None:
    assert admin_of_staff.get(reverse("admin:mailbox")).status_code == 404


def test_mailbox_for_who_may_not(mail_dir: Path, db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True))
    assert client.get(reverse("admin:mailbox")).status_code == 403


def test_delivery_is_there_to_read(admin_of_staff: Client) -> None:
    delivery = campaign_to(people(1), subject="Come along").deliveries.get()
    answer = admin_of_staff.get(reverse("admin:mailing_delivery_change", args=[delivery.pk]))
    assert "Come along" in answer.content.decode()


def test_list_of_deliveries_at_one_and_three_rows_asks_as_often(admin_of_staff: Client) -> None:
    deliveries = reverse("admin:mailing_delivery_changelist")
    campaign_to(people(1))
    admin_of_staff.get(deliveries)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(deliveries)
    campaign_to(people(2))
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(deliveries)
    assert len(at_three) == len(at_one)


def test_list_of_suppressed_addresses_by_beginning(admin_of_staff: Client) -> None:
    for address in ("ann@example.com", "bob@example.com"):
        suppress(address=address, reason="manual")
    answer = admin_of_staff.get(reverse("admin:mailing_suppression_changelist") + "?q=ann")
    assert [row.address for row in answer.context["cl"].result_list] == ["ann@example.com"]
