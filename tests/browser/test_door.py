"""The door of an event: what somebody with a phone, or with a code reader on a laptop, does there."""

import re
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.urls import reverse
from django.utils import timezone as clock
from playwright.sync_api import Browser, BrowserContext, Route, expect

from events.models import Event
from relations.models import UserEventRelation
from relations.tickets import ticket_address, ticket_code

pytestmark = pytest.mark.browser


@pytest.fixture
def running(site: str) -> Event:
    """Return an event that people wait for, as it is on its evening."""
    event = Event.objects.filter(capacity__waiting__gt=0).order_by("pk")[0]
    now = clock.now()
    Event.objects.filter(pk=event.pk).update(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=2))
    return event


def one_of(event: Event, status: str) -> UserEventRelation:
    return event.relations.filter(role="attendee", status=status).select_related("user").order_by("pk")[0]


@pytest.mark.parametrize("width", [1280, 400])
def test_code_reader_types_tickets(open_browser: Callable[..., BrowserContext], running: Event, width: int) -> None:
    """Each is answered without loading the page anew, and the box is ready for the next."""
    coming, waiting = one_of(running, "confirmed"), one_of(running, "waitlisted")
    page = open_browser(width).new_page()
    page.goto(reverse("admin:events_event_check_in", args=[running.pk]))
    page.evaluate("window.stayed = true")
    box, verdict = page.locator("#door-text"), page.locator(".crm-verdict")
    for ticket, said in (
        (ticket_address(coming.pk), "Welcome."),
        (ticket_code(coming.pk), "Already in at"),
        (ticket_code(waiting.pk), "Is on the waitlist"),
        (f"{ticket_code(waiting.pk)[:-1]}-", "This is no ticket of ours."),
    ):
        box.press_sequentially(ticket)
        box.press("Enter")
        expect(verdict).to_contain_text(said)
        expect(box).to_have_value("")
        expect(box).to_be_focused()
    came = running.relations.filter(role="attendee", status="attended").count()
    expect(page.locator(".crm-door-count")).to_contain_text(f"Checked in {came} of")
    assert page.evaluate("window.stayed")
    assert page.evaluate("document.documentElement.scrollWidth - window.innerWidth") <= 0
    coming.refresh_from_db()
    waiting.refresh_from_db()
    assert (coming.status, waiting.status) == ("attended", "waitlisted")


def test_name_is_found_while_it_is_typed_and_one_tap_is_enough(
    open_browser: Callable[..., BrowserContext], running: Event
) -> None:
    coming = one_of(running, "confirmed")
    page = open_browser(400).new_page()
    page.goto(reverse("admin:events_event_check_in", args=[running.pk]))
    page.locator("#door-text").press_sequentially(f"{coming.user.first_name} {coming.user.last_name}")
    row = page.locator(".crm-door-row", has_text=str(coming.user.email))
    row.get_by_role("button", name="Check in").click()
    expect(page.locator(".crm-verdict")).to_contain_text("Welcome.")
    row.get_by_role("button", name="Undo").click()
    expect(page.locator(".crm-verdict")).to_contain_text("taken back")
    coming.refresh_from_db()
    assert coming.status == "confirmed"


def test_verdict_stays_while_the_next_name_is_typed(
    open_browser: Callable[..., BrowserContext], running: Event
) -> None:
    """On a slow line it comes when somebody else is looked for already, and on a fast one it would be gone at once."""
    coming, following = running.relations.filter(role="attendee", status="confirmed").order_by("pk")[:2]
    page = open_browser(400).new_page()
    page.goto(reverse("admin:events_event_check_in", args=[running.pk]))
    held: list[Route] = []
    page.route("**/check-in/", lambda one: held.append(one) if one.request.method == "POST" else one.continue_())
    box, verdict = page.locator("#door-text"), page.locator(".crm-verdict")
    row = page.locator(".crm-door-row", has_text=str(following.user.email))
    box.fill(ticket_code(coming.pk))
    box.press("Enter")
    box.press_sequentially(str(following.user.first_name))
    expect(row).to_be_visible()
    expect(verdict).to_have_count(0)
    held.pop().continue_()
    expect(verdict).to_contain_text("Welcome.")
    expect(verdict).to_contain_text(str(coming.user))
    expect(row).to_be_visible()
    box.press_sequentially(f" {following.user.last_name}")
    expect(verdict).to_have_class(re.compile("crm-verdict-past"))
    expect(verdict).to_contain_text("Welcome.")
    row.get_by_role("button", name="Check in").click()
    page.wait_for_timeout(1)
    held.pop().continue_()
    expect(verdict).to_contain_text(str(following.user))
    expect(verdict).not_to_have_class(re.compile("crm-verdict-past"))


def test_door_works_without_scripts(
    chromium: Browser, site: str, open_browser: Callable[..., BrowserContext], running: Event
) -> None:
    coming = one_of(running, "confirmed")
    state = open_browser().storage_state()
    plain = chromium.new_context(base_url=site, java_script_enabled=False, storage_state=state)
    page = plain.new_page()
    page.goto(reverse("admin:events_event_check_in", args=[running.pk]))
    page.fill("#door-text", ticket_code(coming.pk))
    page.click(".crm-door-go")
    expect(page.locator(".crm-verdict")).to_contain_text("Welcome.")
    plain.close()


def test_ticking_all_checks_the_page_in(open_browser: Callable[..., BrowserContext], running: Event) -> None:
    attendees = running.relations.filter(role="attendee")
    expected, came = (attendees.filter(status=status).count() for status in ("confirmed", "attended"))
    page = open_browser().new_page()
    page.goto(reverse("admin:events_event_panel", args=[running.pk, "people"]) + "?state=confirmed")
    page.get_by_label("Tick all on this page").check()
    page.locator(".crm-bulk").get_by_role("button", name="Check in").click()
    expect(page.get_by_text(f"{expected} people: checked in.")).to_be_visible()
    assert attendees.filter(status="attended").count() == came + expected
