"""Automatic mails in the admin and at the command line: which event they are about, and who made them."""

import io
import json
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.tests.factories import EventFactory
from mailing.models import Campaign, Delivery
from mailing.tests.factories import campaign_to, people
from relations.registration import register
from relations.tickets import ticket_code
from users.accounts.signup import request_signup
from users.tests.factories import UserFactory

CAMPAIGNS = reverse("admin:mailing_campaign_changelist")
TITLES = (r"Spring {{ meeting", r"Autumn \1 {% fair %}")

pytestmark = pytest.mark.django_db


def registered_for(*titles: str) -> None:
    """Register somebody for an event of each of the ``titles``, which is told them."""
    for title in titles:
        user = UserFactory.create(roles=["customer"])
        register(user=user, event=EventFactory.create(title=title), actor=None, reason="test")


def page(record: Campaign | Delivery) -> str:
    return reverse(f"admin:mailing_{record._meta.model_name}_change", args=[record.pk])


@pytest.mark.parametrize("address", [CAMPAIGNS, reverse("admin:index"), reverse("admin:mailing_delivery_changelist")])
def test_lists_name_the_event(admin_of_staff: Client, address: str) -> None:
    registered_for("Spring meeting", "Autumn fair")
    shown = admin_of_staff.get(address).content.decode()
    assert [f"You are registered: {title}" in shown for title in ("Spring meeting", "Autumn fair")] == [True, True]


def test_list_of_more_campaigns_asks_as_often(admin_of_staff: Client) -> None:
    registered_for("One")
    admin_of_staff.get(CAMPAIGNS)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(CAMPAIGNS)
    registered_for("Two", "Three")
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(CAMPAIGNS)
    assert len(at_three) == len(at_one)


@pytest.mark.parametrize("kind", ["confirmed", "waitlisted", "pending"])
def test_page_shows_the_mail_as_somebody_gets_it(admin_of_staff: Client, kind: str) -> None:
    kinds: dict[str, dict[str, Any]] = {"waitlisted": {"max_capacity": 0}, "pending": {"requires_approval": True}}
    fields = kinds.get(kind, {})
    event = EventFactory.create(title="Spring <meeting>", venue="Old Library", **fields)
    user = UserFactory.create(first_name="Ada", roles=["customer"])
    relation, _is_new = register(user=user, event=event, actor=user, reason="test")

    said = admin_of_staff.get(page(Campaign.objects.get())).content.decode()

    for part in ("Hello Ada,", "Spring &lt;meeting&gt;", "Old Library", f"registration/{kind}", "‹link›", str(user)):
        assert part in said
    assert "…" not in said
    assert ticket_code(relation.pk) not in said


def test_page_of_mail_to_nobody_names_what_differs(admin_of_staff: Client) -> None:
    registered_for("Spring meeting")
    Delivery.objects.all().delete()

    said = admin_of_staff.get(page(Campaign.objects.get())).content.decode()

    for part in ("Hello ‹first name›,", "Spring meeting", "‹link›"):
        assert part in said
    assert "…" not in said


def test_page_says_what_it_is_about_and_that_the_system_made_it(admin_of_staff: Client) -> None:
    registered_for("Spring meeting")
    campaign = Campaign.objects.get()
    answer = admin_of_staff.get(page(campaign))
    assert str(answer.context["original"]) == "You are registered: Spring meeting"
    for part in ("the system", reverse("admin:events_event_change", args=[campaign.registration_mail.event_id])):
        assert part in answer.content.decode()


def test_page_of_an_accounts_mail_is_the_systems_and_about_no_event(admin_of_staff: Client) -> None:
    request_signup(email="nora@example.com", password="Xy-long-pass-99", profile={})
    shown = admin_of_staff.get(page(Campaign.objects.get())).content.decode()
    assert ("the system" in shown, "an operator" in shown) == (True, False)


def test_page_of_other_mail_is_an_operators(admin_of_staff: Client) -> None:
    campaign = campaign_to(people(1))
    shown = admin_of_staff.get(page(campaign)).content.decode()
    assert ("an operator" in shown, "the system" in shown) == (True, False)


def test_title_is_no_template() -> None:
    registered_for(*TITLES)
    named = [str(campaign) for campaign in Campaign.objects.with_events().order_by("pk")]
    assert [name.startswith("You are registered: ") for name in named] == [True, True]
    assert r"Autumn \1" in named[1]


def test_status_names_the_event() -> None:
    registered_for("Spring meeting")
    call_command("campaign_status", stdout=(out := io.StringIO()))
    assert "You are registered: Spring meeting" in out.getvalue()
    call_command("campaign_status", "--format", "json", stdout=(out := io.StringIO()))
    assert json.loads(out.getvalue())[0]["event"] == "Spring meeting"
