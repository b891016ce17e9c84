"""The API's pages: they do what they are for under their policy, and a policy that is broken is noticed."""

from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, expect

from users.tests.factories import UserFactory

pytestmark = pytest.mark.browser
SLOW = 30_000  # milliseconds
Watch = Callable[[BrowserContext], BrowserContext]


@pytest.fixture
def page(open_window: Callable[..., BrowserContext]) -> Page:
    """Return a wide page of the administrator's, of a site with nobody else."""
    return open_window().new_page()


def test_swagger_shows_the_calls_and_tries_one(page: Page) -> None:
    page.set_default_timeout(SLOW)  # the description of all calls is read before one can be opened
    page.goto("/api/docs/")
    page.locator(".opblock-tag[data-tag=users]").click()
    call = page.locator(".opblock-get", has_text="/api/v1/users/").first
    call.click()
    call.get_by_role("button", name="Try it out").click()
    call.get_by_role("button", name="Execute").click()
    expect(call.locator(".live-responses-table td.response-col_status", has_text="200")).to_be_visible(timeout=SLOW)


def test_redoc_shows_the_calls_and_finds_one(page: Page) -> None:
    page.goto("/api/redoc/")
    expect(page.locator("h1").first).to_contain_text("Event CRM", timeout=SLOW)
    page.locator("[role=search] input").fill("events")
    expect(page.locator("[role=search] [role=menuitem]").first).to_be_visible(timeout=SLOW)


def test_browsable_api_pages_through_people_and_shows_one(page: Page) -> None:
    person = UserFactory.create()
    page.goto("/api/v1/users/?limit=2")
    expect(page.locator(".response-info")).to_contain_text("HTTP 200 OK")
    page.goto(f"/api/v1/users/{person.pk}/")
    expect(page.locator(".response-info")).to_contain_text(str(person.email))
    page.get_by_role("button", name="OPTIONS").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 200 OK")


def test_browsable_api_adds_a_person(page: Page) -> None:
    page.goto("/api/v1/users/")
    page.fill("textarea[name=_content]", '{"name": "Grace Hopper", "email": "grace@example.com"}')
    page.get_by_role("button", name="POST").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 201 Created")


def test_signing_out_of_the_browsable_api(page: Page) -> None:
    page.goto("/api/v1/users/")
    page.get_by_role("button", name="Sign out").click()
    expect(page.locator(".response-info")).to_contain_text("HTTP 401")


def test_signing_in_to_the_browsable_api(chromium: Browser, live_server: Any, watch: Watch) -> None:
    context = watch(chromium.new_context(base_url=live_server.url))
    page = context.new_page()
    page.goto("/api/session/login/")
    expect(page.locator("input[name=username]")).to_be_visible()
    context.close()


@pytest.mark.parametrize("address", ["/admin/login/", "/api/docs/", "/api/session/login/"])
def test_script_that_got_into_a_page_does_not_run(chromium: Browser, live_server: Any, address: str) -> None:
    page = chromium.new_page()
    page.goto(live_server.url + address)
    with page.expect_console_message(lambda message: "Content Security Policy" in message.text):
        page.evaluate(
            """() => {
                const script = document.createElement("script");
                script.textContent = "window.ran = true";
                document.body.append(script);
                document.body.insertAdjacentHTML("beforeend", "<img src=x onerror='window.ran = true'>");
            }"""
        )
    page.wait_for_timeout(200)
    assert page.evaluate("window.ran") is None
    page.close()
