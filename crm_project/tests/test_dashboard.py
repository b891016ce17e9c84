"""The admin's first page."""

import json
from datetime import timedelta

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone as clock

from events.tests.factories import EventFactory, PastEventFactory
from mailing.tests.factories import campaign_to, people
from relations.tests.factories import attended
from users.tests.factories import UserFactory

FIRST_PAGE = reverse("admin:index")


def test_dashboard_of_an_empty_site(admin_of_staff: Client) -> None:
    context = admin_of_staff.get(FIRST_PAGE).context
    assert [card.figure for card in context["cards"]] == ["1", "0", "0", "0"]
    assert (context["chart"], context["event_table"]["table"]["rows"]) == (None, [])


def test_dashboard_counts_and_shows_what_comes_next(admin_of_staff: Client) -> None:
    EventFactory.create(title="Later", start_at=clock.now() + timedelta(days=2))
    EventFactory.create(title="Next", start_at=clock.now() + timedelta(days=1), max_capacity=5)
    PastEventFactory.create(title="Past")
    campaign_to(people(2), subject="Hello")
    context = admin_of_staff.get(FIRST_PAGE).context
    assert [card.figure for card in context["cards"]] == ["3", "3", "2", "0"]
    assert ["Next" in context["event_table"]["table"]["rows"][0][0]] == [True]
    assert ["Hello" in row[0] for row in context["campaign_table"]["table"]["rows"]] == [True]


def test_dashboard_shows_the_latest_events_where_none_is_ahead(admin_of_staff: Client) -> None:
    PastEventFactory.create(title="Past")
    table = admin_of_staff.get(FIRST_PAGE).context["event_table"]
    assert (table["title"], len(table["table"]["rows"])) == ("Latest events", 1)


def test_dashboard_plots_events_and_places_by_month(admin_of_staff: Client) -> None:
    event = PastEventFactory.create(start_at=clock.now() - timedelta(days=1))
    attended(UserFactory.create(), event)
    PastEventFactory.create(start_at=clock.now() - timedelta(days=1), status="cancelled")
    data = json.loads(admin_of_staff.get(FIRST_PAGE).context["chart"]["data"])
    assert data["labels"][-1] == f"{clock.now() - timedelta(days=1):%b %Y}"
    assert [series["data"][-1] for series in data["datasets"]] == [1, 1]


def test_dashboard_asks_seldom(admin_of_staff: Client) -> None:
    EventFactory.create()
    campaign_to(people(2))
    with CaptureQueriesContext(connection) as queries:
        admin_of_staff.get(FIRST_PAGE)
    assert len(queries) <= 12  # of which two are for the session


def test_dashboard_for_who_may_not_see_mail(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create(roles=["agent"]))
    context = client.get(FIRST_PAGE).context
    assert ([card.title for card in context["cards"]], context["campaign_table"]) == (
        ["People", "Events", "Upcoming events"],
        None,
    )


@pytest.mark.parametrize(("role", "offered"), [("organizer", True), ("agent", False)])
def test_dashboard_offers_a_first_event_to_who_may_add_one(db: None, role: str, *, offered: bool) -> None:
    client = Client()
    client.force_login(UserFactory.create(roles=[role]))

    assert (reverse("admin:events_event_add") in client.get("/admin/").content.decode()) == offered


def test_dashboard_for_who_may_see_nothing(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create(is_staff=True))
    assert "no role lets you see anything" in client.get(FIRST_PAGE).content.decode()
