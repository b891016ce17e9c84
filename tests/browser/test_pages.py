"""Every page, wide and narrow, light and dark: it answers, nothing overflows, no script fails.

With ``SCREENSHOTS`` (a folder) in the environment each page is pictured there: ``make screenshots``.
"""

import importlib
import os
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import Any

import pytest
from django.urls import reverse
from playwright.sync_api import Browser, BrowserContext, Error, Page

from events.tests.factories import EventFactory, PastEventFactory
from mailing.tests.factories import campaign_to, people
from relations.tests.factories import attend, attended
from tests.browser.pages import pages, pages_of_agent, pages_of_customer, pages_outside
from users.accounts.lockout import count
from users.models import User
from users.tests.factories import UserFactory

SIZES = {"wide": 1440, "narrow": 400}
# Tall enough to show a form whole; lists are cut at the window, whose footer is fixed.
TALLEST = {"wide": 1300, "narrow": 1800}
PASSWORD = "correct horse battery"
PICTURES = os.environ.get("SCREENSHOTS", "")
# Colours change nothing that overflows or fails, and what fits a phone fits a screen: without pictures one is enough.
LOOKS: list[tuple[str, Any]] = (
    [(size, scheme) for size in SIZES for scheme in ("light", "dark")] if PICTURES else [("narrow", "dark")]
)
CONTENT_HEIGHT = "Math.max(...[...document.querySelectorAll('#main, body')].map((part) => part.scrollHeight))"

pytestmark = pytest.mark.browser


@pytest.mark.parametrize(("size", "scheme"), LOOKS)
def test_pages_at_every_size_and_scheme(open_browser: Callable[..., BrowserContext], size: str, scheme: str) -> None:
    faults: list[str] = []
    page = open_browser(SIZES[size], scheme).new_page()
    page.on("pageerror", partial(_note, faults))
    for name, address in pages().items():
        faults += _faults(page, f"{name}-{size}-{scheme}", address, TALLEST[size])
    _write_mail(page)
    faults += _looked_at(page, f"send-email-{size}-{scheme}", TALLEST[size])
    assert faults == []


def test_pages_outside_at_every_size_and_scheme(
    chromium: Browser, live_server: Any, watch: Callable[[BrowserContext], BrowserContext]
) -> None:
    campaign_to(people(2))
    faults: list[str] = []
    for size, scheme in LOOKS:
        viewport: Any = {"width": SIZES[size], "height": 900}
        context = watch(chromium.new_context(viewport=viewport, color_scheme=scheme, base_url=live_server.url))
        page = context.new_page()
        for name, address in pages_outside().items():
            faults += _faults(page, f"{name}-{size}-{scheme}", address, 900)
        _be_locked_out(page)
        faults += _looked_at(page, f"locked-out-{size}-{scheme}", 900)
        context.close()
    assert faults == []


def test_pages_of_others_at_every_size_and_scheme(
    chromium: Browser, live_server: Any, watch: Callable[[BrowserContext], BrowserContext]
) -> None:
    customer = _with_password(UserFactory.create(first_name="Clara", email="clara@example.com", roles=["customer"]))
    agent = _with_password(UserFactory.create(roles=["agent"]))
    _take_part(customer)
    faults: list[str] = []
    for size, scheme in LOOKS:
        for person, addresses in ((customer, pages_of_customer()), (agent, pages_of_agent())):
            viewport: Any = {"width": SIZES[size], "height": 900}
            context = watch(chromium.new_context(viewport=viewport, color_scheme=scheme, base_url=live_server.url))
            page = context.new_page()
            _sign_in(page, person)
            for name, (address, status) in addresses.items():
                faults += _faults(page, f"{name}-{size}-{scheme}", address, 900, status)
            context.close()
    assert faults == []


def test_people_and_their_filters_fit_a_small_laptop(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(1280).new_page()
    page.goto(reverse("admin:users_user_changelist"))
    too_wide = page.evaluate(
        """() => {
            const list = document.querySelector("#result_list");
            return list.scrollWidth - list.closest(".simplebar-content-wrapper").clientWidth;
        }"""
    )
    page.click("a:has-text('Filters')")
    right = page.evaluate(
        """() => {
            const edge = (part) => part.getBoundingClientRect().right;
            const fields = [...document.querySelectorAll("#filter-form fieldset input")];
            return Math.max(...fields.map(edge)) - edge(document.querySelector("#filter-form"));
        }"""
    )
    assert (too_wide <= 0, right <= 0) == (True, True)


def _take_part(customer: User) -> None:
    """Give somebody a part in events to come and past, and leave them one to find."""
    attend(customer, EventFactory.create(title="Spring Conference", venue="Old Library", timezone="Europe/Berlin"))
    full = EventFactory.create(title="Workshop on seating plans, with " + "a very long title " * 5, max_capacity=1)
    for person in (UserFactory.create(), UserFactory.create(), customer):
        attend(person, full)
    attended(customer, PastEventFactory.create(title="Autumn Conference"))
    EventFactory.create(title="Summer party", venue="The garden", description="Bring a friend.\n\n" + "Fun. " * 80)
    EventFactory.create(title="Members' meeting", max_capacity=40, requires_approval=True)


def _with_password(person: User) -> User:
    person.set_password(PASSWORD)
    person.save()
    return person


def _sign_in(page: Page, person: User) -> None:
    page.goto(reverse("account-sign-in"))
    page.fill("[name=username]", str(person.email))
    page.fill("[name=password]", PASSWORD)
    page.click("[type=submit]")
    page.wait_for_url(lambda address: "sign-in" not in address)


def _be_locked_out(page: Page) -> None:
    """Try to sign in where it is closed."""
    for _time in range(10):
        count("ada@example.com", "127.0.0.1")
    page.goto(reverse("admin:login"))
    page.fill("[name=username]", "ada@example.com")
    page.fill("[name=password]", "wrong")
    page.click("[type=submit]")
    page.get_by_role("heading", name="Too many wrong passwords").wait_for()


def _note(faults: list[str], error: Error) -> None:
    faults.append(f"script: {error}")


def _faults(page: Page, name: str, address: str, tallest: int, status: int = 200) -> list[str]:
    """Open a page, picture it if pictures are wanted, and return what is wrong with it."""
    answer = page.goto(address)
    answered = answer and answer.status
    return ([] if answered == status else [f"{name}: {answered}"]) + _looked_at(page, name, tallest)


def _looked_at(page: Page, name: str, tallest: int) -> list[str]:
    faults = []
    too_wide = page.evaluate("document.documentElement.scrollWidth - window.innerWidth")
    if too_wide > 0:
        faults.append(f"{name}: {too_wide} pixels too wide")
    if PICTURES:
        _picture(page, Path(PICTURES) / f"{name}.png", tallest)
    return faults


def _write_mail(page: Page) -> None:
    """Go to the page that only a selection leads to."""
    page.goto("/admin/users/user/")
    for row in range(3):
        page.locator("input.action-select").nth(row).check()
    page.select_option("select[name=action]", "send_email")
    page.click("button:has-text('Run')")
    page.select_option("[name=template]", "welcome")
    page.click("button:has-text('Preview')")
    page.wait_for_selector(".crm-preview")


def _picture(page: Page, path: Path, tallest: int) -> None:
    size = page.viewport_size
    assert size
    height = max(size["height"], min(page.evaluate(CONTENT_HEIGHT), tallest))
    page.set_viewport_size({"width": size["width"], "height": height})
    page.wait_for_load_state("networkidle")
    page.wait_for_timeout(300)  # charts are drawn anew
    pictures = importlib.import_module("tests.browser.pictures")  # needs Pillow, which only taking pictures does
    pictures.save_small(page.screenshot(), path)
    page.set_viewport_size(size)
