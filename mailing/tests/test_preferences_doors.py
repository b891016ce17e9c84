"""What somebody wants, said over REST, in one's account and in the admin."""

from collections.abc import Callable
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from mailing.models import Campaign, MailCategory, OptOut, OptOutSource
from mailing.preferences import Door, Topic, opt_out
from mailing.tests.factories import campaign_to, people
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]
ME = "/api/v1/users/me/preferences/"


@pytest.fixture
def talks(db: None) -> MailCategory:
    MailCategory.objects.all().delete()
    return MailCategory.objects.create(key="talks", name="Talks", description="What was said.")


@pytest.fixture
def event(customer: User) -> Event:
    event = EventFactory.create(title="Spring meeting")
    attend(customer, event)
    return event


def shown(event: Event, *, everything: bool = True, talks: bool = True, about: bool = True) -> dict[str, Any]:
    """Return the answer that shows these wishes."""
    return {
        "campaign_mail": everything,
        "categories": [{"key": "talks", "name": "Talks", "description": "What was said.", "subscribed": talks}],
        "events": [{"event_id": str(event.pk), "title": "Spring meeting", "subscribed": about}],
    }


def test_many_choices_cost_as_many_queries_as_few(customer: User, client_of: ClientOf) -> None:
    client, numbers = client_of(customer), []
    client.get(ME)
    for many in (2, 20):
        events = [str(EventFactory.create().pk) for _event in range(many)]
        body = {"events": [{"event_id": pk, "subscribed": place % 2 == 0} for place, pk in enumerate(events)]}
        with CaptureQueriesContext(connection) as queries:
            assert client.patch(ME, body).status_code == 200
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]
    assert OptOut.objects.count() == 11


def test_customer_shows_and_changes_their_own(
    customer: User, client_of: ClientOf, talks: MailCategory, event: Event
) -> None:
    client = client_of(customer)
    assert client.get(ME).json() == shown(event)

    changed = client.patch(ME, {"categories": [{"key": "talks", "subscribed": False}]})

    assert (changed.status_code, changed.json()) == (200, shown(event, talks=False))
    wish = OptOut.objects.get()
    assert (wish.source, wish.by) == ("api", customer)
    about = client.patch(ME, {"campaign_mail": False, "events": [{"event_id": str(event.pk), "subscribed": False}]})
    assert about.json() == shown(event, everything=False, talks=False, about=False)


def test_what_was_shown_can_be_sent_back(
    customer: User, client_of: ClientOf, talks: MailCategory, event: Event
) -> None:
    client = client_of(customer)

    assert client.patch(ME, client.get(ME).json()).json() == shown(event)
    assert OptOut.objects.count() == 0


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"campaign_mail": "perhaps"}, "/campaign_mail"),
        ({"categories": [{"key": "nothing", "subscribed": False}]}, "/categories/0/key"),
        ({"categories": [{"key": "talks"}]}, "/categories/0/subscribed"),
        ({"categories": {"talks": False}}, "/categories"),
        ({"events": [{"event_id": "nothing", "subscribed": False}]}, "/events/0/event_id"),
        ({"everything": False}, "/everything"),
    ],
)
def test_bad_body_is_refused_and_changes_nothing(
    customer: User, client_of: ClientOf, talks: MailCategory, body: dict[str, Any], pointer: str
) -> None:
    answer = client_of(customer).patch(ME, {"campaign_mail": False, **body})

    assert (answer.status_code, [fault["pointer"] for fault in answer.json()["errors"]]) == (400, [pointer])
    assert OptOut.objects.count() == 0


def test_event_that_one_may_not_know_of_is_none(customer: User, client_of: ClientOf) -> None:
    draft = EventFactory.create(status="draft")

    answer = client_of(customer).patch(ME, {"events": [{"event_id": str(draft.pk), "subscribed": False}]})

    assert answer.status_code == 400


def test_mail_is_sent_in_a_category(organizer: User, client_of: ClientOf, talks: MailCategory) -> None:
    wants, wants_not = people(2)
    opt_out(user=wants_not, topic=Topic(category=talks), door=Door(OptOutSource.PAGE))
    body = {"user_ids": [str(one.pk) for one in (wants, wants_not)], "category": "talks"}

    answer = client_of(organizer).post("/api/v1/users/send_email/", body).json()

    assert answer["excluded"] == [
        {"user_id": str(wants_not.pk), "email": wants_not.email, "reason": "unsubscribed", "detail": "category"}
    ]
    campaign = client_of(organizer).get(f"/api/v1/campaigns/{answer['campaign']['id']}/").json()
    assert (campaign["category"], campaign["event_id"]) == ("talks", None)


def test_mail_in_a_category_that_there_is_not_is_refused(organizer: User, client_of: ClientOf) -> None:
    body = {"user_ids": [str(organizer.pk)], "category": "nothing"}

    answer = client_of(organizer).post("/api/v1/users/send_email/", body)

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/category")


def test_mail_to_the_people_of_an_event_is_about_it(staff: User, client_of: ClientOf, event: Event) -> None:
    opt_out(user=event.relations.get().user, topic=Topic(event=event), door=Door(OptOutSource.PAGE))

    answer = client_of(staff).post("/api/v1/users/send_email/", {"event": str(event.pk)}).json()

    assert [one["detail"] for one in answer["excluded"]] == ["event"]
    assert Campaign.objects.get(lane="campaign").event == event


def test_account_has_a_page_for_it(customer: User, talks: MailCategory, event: Event) -> None:
    browser = Client()
    browser.force_login(customer)
    link = reverse("account-mail")
    page = browser.get(link).content.decode()
    assert [text for text in ("Talks", "Spring meeting", "Mail goes to") if text not in page] == []

    answer = browser.post(link, {"shown": ["all", "category:talks"], "wanted": ["all"]})

    assert (answer.status_code, answer["Location"]) == (302, f"{link}?saved")
    assert list(OptOut.objects.values_list("category__key", "source", "by")) == [("talks", "account", customer.pk)]


def test_account_page_is_for_who_is_signed_in_and_guarded(customer: User) -> None:
    assert Client().get(reverse("account-mail"))["Location"].startswith("/account/sign-in/")
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(customer)
    assert browser.post(reverse("account-mail"), {"shown": "all"}).status_code == 403
    assert OptOut.objects.count() == 0


def test_tab_of_a_person_tells_who_said_what_and_when(staff: User, talks: MailCategory) -> None:
    person = UserFactory.create()
    campaign = campaign_to([person], subject="Last month's talks", category=talks)
    opt_out(user=person, topic=Topic(category=talks), door=Door(OptOutSource.ONE_CLICK, campaign=campaign))
    browser = Client()
    browser.force_login(staff)

    page = browser.get(reverse("admin:users_user_panel", args=[person.pk, "preferences"])).content.decode()

    told = ["Talks", "button of a mail program", "Last month&#x27;s talks", "holds"]
    assert [text for text in told if text not in page] == []


def test_administrator_changes_what_the_page_shows(staff: User, talks: MailCategory) -> None:
    person = UserFactory.create()
    browser = Client()
    browser.force_login(staff)
    page = reverse("admin:mailing_user_preferences", args=[person.pk])
    assert browser.get(page).status_code == 200

    boxes = ["all", "category:talks"]
    browser.post(page, {"shown": boxes, "wanted": "all"})

    assert list(OptOut.objects.values_list("category__key", "source", "by")) == [("talks", "admin", staff.pk)]
    browser.post(page, {"shown": boxes, "wanted": boxes})
    assert OptOut.objects.filter(ended_at=None).count() == 0
    assert OptOut.objects.get().ended_by == staff


def test_category_in_use_cannot_be_deleted(staff: User, talks: MailCategory) -> None:
    campaign_to(people(1), category=talks)
    browser = Client()
    browser.force_login(staff)

    browser.post(reverse("admin:mailing_mailcategory_delete", args=[talks.pk]), {"post": "yes"})

    assert MailCategory.objects.filter(pk=talks.pk).exists()


@pytest.mark.parametrize("key", ["Talks", "two words", "ä", "-talks", "talks\n", "a\r\nBcc: b", ""])
def test_key_of_a_category_is_plain(staff: User, key: str) -> None:
    """It stands in headers."""
    browser = Client()
    browser.force_login(staff)
    before = MailCategory.objects.count()

    answer = browser.post(reverse("admin:mailing_mailcategory_add"), {"name": "Talks", "key": key})

    stored = [one.key for one in MailCategory.objects.order_by("-pk")[: MailCategory.objects.count() - before]]
    assert (answer.status_code, stored) in [(200, []), (302, ["talks"])]  # white space around it is dropped


@pytest.mark.parametrize("dry", [["--dry-run"], []], ids=["dry run", "sent"])
def test_command_sends_in_a_category(talks: MailCategory, capsys: pytest.CaptureFixture[str], dry: list[str]) -> None:
    person = people(1)[0]
    opt_out(user=person, topic=Topic(category=talks), door=Door(OptOutSource.PAGE))

    call_command("send_email", "--user", str(person.pk), "--category", "talks", *dry)

    assert "unsubscribed 1" in capsys.readouterr().out


def test_command_refuses_a_category_that_there_is_not(talks: MailCategory) -> None:
    with pytest.raises(CommandError, match="Known: talks"):
        call_command("send_email", "--user", str(people(1)[0].pk), "--category", "nothing")
    assert Campaign.objects.count() == 0
