"""A template is written in a browser, and the mail beside it follows."""

from collections.abc import Callable

import pytest
from django.urls import reverse
from playwright.sync_api import BrowserContext, Route, expect

from mailing.models import EmailTemplate

pytestmark = pytest.mark.browser


def test_preview_follows_what_is_written(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(1440, "light").new_page()
    template = EmailTemplate.objects.get(name="welcome")
    page.goto(reverse("admin:mailing_emailtemplate_change", args=[template.pk]))
    mail = page.frame_locator("iframe[data-part=html]")
    expect(mail.get_by_role("heading", name="What happens next")).to_be_visible()

    page.fill("[name=html]", "<h1>Spring</h1><p><a class='button' href='https://example.com/'>Come</a></p>")
    expect(mail.get_by_role("link", name="Come")).to_be_visible()
    expect(page.locator("[data-part=text]")).to_contain_text("Come: https://example.com/")

    page.fill("[name=subject]", "{{ nope }}")
    expect(page.locator("[data-part=fault]")).to_contain_text("Unknown placeholder: nope.")
    assert EmailTemplate.objects.get(name="welcome").current == 1


def answers_with_500(route: Route) -> None:
    route.fulfill(status=500, body="")


def answers_with_another_page(route: Route) -> None:
    route.fulfill(status=200, content_type="text/html", body="<h1>Sign in</h1>")


def answers_nothing(route: Route) -> None:
    route.abort()


def test_preview_that_cannot_be_had_is_said(open_browser: Callable[..., BrowserContext]) -> None:
    page = open_browser(1440, "light").new_page()
    page.goto(reverse("admin:mailing_emailtemplate_add"))
    page.fill("[name=html]", "<h1>Spring</h1>")
    fault = page.locator("[data-part=fault]")

    for number, answer in enumerate((answers_with_500, answers_with_another_page, answers_nothing)):
        page.route("**/preview/", answer)
        page.fill("[name=subject]", f"Autumn {number}")
        expect(fault).to_contain_text("The preview cannot be had now")

        page.unroute("**/preview/")
        page.fill("[name=subject]", f"Spring {number}")
        expect(fault).to_be_hidden()
