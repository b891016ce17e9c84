"""Unsubscribing by the link of a mail, without sign-in, cookie or token against forgery."""

import logging
import os

import pytest
from django.test import Client
from django.urls import reverse
from pytest_django import Settings

from events.tests.factories import EventFactory
from mailing.leaving import leaving_of, unsubscribe_address, unsubscribe_token
from mailing.models import Campaign, MailCategory, OptOut
from mailing.tests.factories import campaign_to, counts, people
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
GETS = 10_000 if os.environ.get("PROVE") else 300


@pytest.fixture
def browser() -> Client:
    """Return a client that refuses what lacks a token against forgery, as a browser meets it."""
    return Client(enforce_csrf_checks=True)


@pytest.fixture
def person(db: None) -> User:
    return UserFactory.create(email="ada@example.com")


@pytest.fixture
def talks(db: None) -> MailCategory:
    return MailCategory.objects.create(key="talks", name="Talks", description="What was said, once a month.")


@pytest.fixture
def campaign(person: User, talks: MailCategory) -> Campaign:
    return campaign_to([person], category=talks)


def page_of(campaign: Campaign, person: User) -> str:
    """Return the path of the link in the mail."""
    return reverse("unsubscribe", args=[unsubscribe_token(campaign.pk, person.pk)])


def wishes(person: User) -> list[tuple[str | None, object]]:
    """Return what the person does without: keys of categories and ids of events."""
    rows = OptOut.objects.filter(user=person, ended_at=None).order_by("pk")
    return list(rows.values_list("category__key", "event"))


def test_mail_program_unsubscribes_by_one_click(browser: Client, campaign: Campaign, person: User) -> None:
    """As RFC 8058 says: a POST of this body to the address in the header, and nothing else."""
    answer = browser.post(
        page_of(campaign, person), "List-Unsubscribe=One-Click", content_type="application/x-www-form-urlencoded"
    )

    assert (answer.status_code, answer.cookies) == (200, {})
    assert wishes(person) == [("talks", None)]
    wish = OptOut.objects.get()
    assert (wish.source, wish.campaign, wish.by) == ("one_click", campaign, None)
    assert counts(campaign) == {"suppressed": 1}


@pytest.mark.parametrize("body", [{"List-Unsubscribe": "One-Click"}, {}], ids=["multipart", "empty"])
def test_any_post_unsubscribes(browser: Client, campaign: Campaign, person: User, body: dict[str, str]) -> None:
    assert browser.post(page_of(campaign, person), body).status_code == 200
    assert wishes(person) == [("talks", None)]


def test_address_without_its_last_slash_unsubscribes(browser: Client, campaign: Campaign, person: User) -> None:
    assert browser.post(page_of(campaign, person).rstrip("/")).status_code == 200
    assert wishes(person) == [("talks", None)]


def test_unsubscribing_twice_is_unsubscribing_once(browser: Client, campaign: Campaign, person: User) -> None:
    codes = [browser.post(page_of(campaign, person)).status_code for _time in range(2)]

    assert codes == [200, 200]
    assert OptOut.objects.count() == 1


def test_fetching_a_link_never_unsubscribes(browser: Client, talks: MailCategory) -> None:
    """As programs do that check mail: every link of a campaign, by GET and HEAD, over and over."""
    mailed = people(20)
    campaign = campaign_to(mailed, category=talks)
    links = [page_of(campaign, one) for one in mailed]

    codes = set()
    for number in range(GETS):
        link = links[number % len(links)]
        fetch = browser.head if number % 10 == 0 else browser.get
        codes.add(fetch(f"{link}preferences/" if number % 3 == 0 else link).status_code)

    assert codes == {200}
    assert OptOut.objects.count() == 0
    assert counts(campaign) == {"queued": 20}


def test_page_shows_whom_and_what_and_not_the_address(browser: Client, campaign: Campaign, person: User) -> None:
    page = browser.get(page_of(campaign, person)).content.decode()

    shown = ["a…@example.com", "Talks", "What was said, once a month.", "Unsubscribe?"]
    assert [text for text in shown if text not in page] == []
    assert "ada@example.com" not in page


@pytest.mark.parametrize("below", ["", "preferences/"])
def test_pages_are_kept_nowhere_and_tell_no_other_site(
    browser: Client, campaign: Campaign, person: User, below: str
) -> None:
    answer = browser.get(page_of(campaign, person) + below)

    assert "no-store" in answer["Cache-Control"]
    assert answer["Referrer-Policy"] == "no-referrer"
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert answer.cookies == {}


def test_mail_without_a_category_leaves_that_about_its_event(browser: Client, person: User) -> None:
    event = EventFactory.create()
    campaign = campaign_to([person], event=event)

    browser.post(page_of(campaign, person))

    assert wishes(person) == [(None, event.pk)]


def test_mail_without_category_and_event_leaves_all(browser: Client, person: User) -> None:
    browser.post(page_of(campaign_to([person]), person))

    assert wishes(person) == [(None, None)]


def test_link_of_a_campaign_that_is_gone_leaves_all(browser: Client, person: User) -> None:
    gone = Campaign(subject="", text="")

    assert browser.post(page_of(gone, person)).status_code == 200
    assert wishes(person) == [(None, None)]


def test_undo_lets_mail_come_again_and_keeps_the_proof(browser: Client, campaign: Campaign, person: User) -> None:
    browser.post(page_of(campaign, person))

    answer = browser.post(f"{page_of(campaign, person)}preferences/", {"undo": "1"})

    assert answer.status_code == 302
    assert wishes(person) == []
    assert OptOut.objects.get().ended_source == "page"


def test_preferences_are_chosen_without_sign_in(browser: Client, campaign: Campaign, person: User) -> None:
    event = EventFactory.create()
    Campaign.objects.filter(pk=campaign.pk).update(event=event)
    other = MailCategory.objects.create(key="other", name="Other")
    link = f"{page_of(campaign, person)}preferences/"
    page = browser.get(link).content.decode()
    assert [text for text in (event.title, "Talks", "Other") if text not in page] == []

    names = ["all", "category:talks", "category:other", f"event:{event.pk}"]
    browser.post(link, {"shown": names, "wanted": ["all", "category:talks"]})

    assert wishes(person) == [("other", None), (None, event.pk)]
    browser.post(link, {"shown": names, "wanted": names})
    assert wishes(person) == []
    assert other.opt_outs.count() == 1


def test_box_that_was_not_shown_says_nothing(browser: Client, campaign: Campaign, person: User) -> None:
    """A category that was made while the page was open: nobody has unticked it."""
    browser.post(f"{page_of(campaign, person)}preferences/", {"shown": ["all"], "wanted": ["all"]})

    assert wishes(person) == []


@pytest.mark.parametrize("method", ["get", "post"])
@pytest.mark.parametrize("below", ["", "preferences/"])
def test_token_that_is_not_ours_leads_nowhere(
    browser: Client, campaign: Campaign, person: User, method: str, below: str
) -> None:
    token = unsubscribe_token(campaign.pk, person.pk)
    wrong = [token[:-1], f"{token}A", token.replace(".", ""), token.swapcase(), "x", token.partition(".")[0], "ä.ö"]

    codes = {getattr(browser, method)(f"/unsubscribe/{one}/{below}").status_code for one in wrong}

    assert codes == {404}
    assert OptOut.objects.count() == 0


def test_token_survives_a_new_key_with_its_fallback_alone(settings: Settings, campaign: Campaign, person: User) -> None:
    token, old = unsubscribe_token(campaign.pk, person.pk), settings.SECRET_KEY
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "another", [old]
    found = leaving_of(token)
    settings.SECRET_KEY_FALLBACKS = []

    assert found is not None
    assert (found.person, found.campaign, found.address) == (person, campaign, "ada@example.com")
    assert leaving_of(token) is None


def test_ticket_is_no_token(campaign: Campaign, person: User) -> None:
    """Each sort of code is signed for its own purpose."""
    from relations.tickets import ticket_code

    assert leaving_of(ticket_code(campaign.pk)) is None


def test_token_is_long_and_safe_in_addresses(campaign: Campaign, person: User) -> None:
    token = unsubscribe_token(campaign.pk, person.pk)

    assert (len(token), set(token) - set("-_.") - {c for c in token if c.isascii() and c.isalnum()}) == (87, set())
    assert unsubscribe_address(campaign.pk, person.pk).endswith(f"/unsubscribe/{token}/")


def test_no_log_holds_the_token(
    browser: Client, campaign: Campaign, person: User, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        browser.post(page_of(campaign, person))
        browser.get(f"{page_of(campaign, person)}preferences/")

    token = unsubscribe_token(campaign.pk, person.pk)
    assert [line for line in caplog.messages if token in line] == []
