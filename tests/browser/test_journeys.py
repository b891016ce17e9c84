"""What somebody in an office does, by mouse and keyboard."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, Page, expect

from events.models import Event
from events.tests.factories import EventFactory
from mailing.models import Campaign
from relations.models import UserEventRelation
from relations.turns import turn_at
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.browser


def test_signing_in(chromium: Browser, site: str) -> None:
    administrator = User.objects.get(email="admin@example.com")
    administrator.set_password("a long enough one")
    administrator.save(update_fields=["password"])
    page = chromium.new_page()
    page.goto(f"{site}/admin/")
    page.fill("[name=username]", "Admin@Example.com")
    page.fill("[name=password]", "a long enough one")
    page.click("[type=submit]")
    expect(page.get_by_text("Events and attendance by month")).to_be_visible()
    page.close()


@pytest.fixture
def clara(chromium: Browser, live_server: Any) -> Iterator[Page]:
    """Return the page of a customer who has signed in, on a phone."""
    customer = UserFactory.create(email="clara@example.com", roles=["customer"])
    customer.set_password("a long enough one")
    customer.save(update_fields=["password"])
    page = chromium.new_page(base_url=live_server.url, viewport={"width": 400, "height": 800})
    page.goto("/account/sign-in/")
    page.fill("[name=username]", "clara@example.com")
    page.fill("[name=password]", "a long enough one")
    page.click("[type=submit]")
    yield page
    page.close()


def test_customer_registers_and_cancels_by_themselves(clara: Page) -> None:
    event = EventFactory.create(title="Summer party", max_capacity=1)
    clara.click("a.button:has-text('Find events')")
    clara.click("text=Summer party")
    clara.click("button:has-text('Register')")
    expect(clara.get_by_text("confirmed")).to_be_visible()
    clara.click("text=Your ticket")
    expect(clara.get_by_text("Show this code at the door.")).to_be_visible()
    clara.go_back()
    clara.click("button:has-text('Cancel my registration')")
    expect(clara.get_by_text("1 place left")).to_be_visible()
    assert [one.status for one in UserEventRelation.objects.filter(event=event)] == ["cancelled"]


def test_customer_who_comes_with_too_many_others_is_registered_without_another_click(clara: Page) -> None:
    event = EventFactory.create(title="Summer party")
    clara.goto(f"/account/events/{event.pk}/")

    with turn_at(event.pk, leads=False):
        clara.click("button:has-text('Register')")
        expect(clara.get_by_text("This page tries again by itself")).to_be_visible()

    expect(clara.get_by_text("confirmed")).to_be_visible(timeout=10_000)
    assert [one.status for one in UserEventRelation.objects.filter(event=event)] == ["confirmed"]


def test_filtering_people_with_a_suggestion(page: Page) -> None:
    company = User.objects.exclude(company="").order_by("pk")[0].company
    page.goto("/admin/users/user/")
    page.click("text=Filters")
    field = page.locator("input[name=company]")
    field.press_sequentially(company[:3].lower())
    expect(page.locator(f'datalist option[value="{company}"]')).to_be_attached()
    field.fill(company)
    page.click("text=Apply Filters")
    expect(page).to_have_url(re.compile("company="))
    expect(page.locator("#result_list tbody tr")).to_have_count(User.objects.filter(company=company).count())


def test_mailing_people_who_are_ticked(page: Page) -> None:
    page.goto("/admin/users/user/?min_events_hosted=1")
    page.locator("input.action-select").nth(0).check()
    page.locator("input.action-select").nth(1).check()
    page.select_option("select[name=action]", "send_email")
    page.click("button:has-text('Run')")
    expect(page.get_by_text("2 people get this mail.")).to_be_visible()
    page.fill("[name=subject]", "Dear {{ first_name }}")
    page.fill("[name=body]", "Come along, {{ full_name }}.")
    page.click("button:has-text('Preview')")
    page.click("button:has-text('Send to 2')")
    expect(page.get_by_text("The campaign is made.")).to_be_visible()
    assert Campaign.objects.order_by("-pk")[0].frozen_count == 2


def test_adding_a_person_to_an_event_by_typing(page: Page) -> None:
    event = Event.objects.filter(capacity__waiting__gt=0).order_by("pk")[0]
    person = User.objects.exclude(relations__event=event).filter(is_staff=False).order_by("pk")[0]
    page.goto(f"/admin/events/event/{event.pk}/panel/people/")
    page.click("text=Add a person")
    page.click(".select2-selection >> nth=1")
    page.locator(".select2-search__field").fill(str(person.email))
    page.locator(".select2-results__option", has_text=str(person)).click()
    page.click("form button:has-text('Add')")
    expect(page.get_by_text("they wait for a place.")).to_be_visible()
    assert UserEventRelation.objects.get(event=event, user=person).status == "waitlisted"


def test_mail_is_shown_without_its_scripts(page: Page) -> None:
    page.goto("/admin/mailbox/")
    page.locator(".crm-table a").first.click()
    assert page.locator("iframe.crm-mail").get_attribute("sandbox") == ""
    expect(page.frame_locator("iframe.crm-mail").locator("body")).to_contain_text("new events are open")
