"""Which events and mails somebody's preferences show, by who looks."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.models import Event
from events.tests.factories import EventFactory
from mailing.leaving import unsubscribe_token
from mailing.models import Campaign, OptOut, OptOutSource
from mailing.preferences import MOST_EVENTS, Door, Topic, opt_out, preferences_of
from mailing.tests.factories import campaign_to
from relations.tests.factories import attend, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
DOOR = Door(OptOutSource.PAGE)


@pytest.fixture
def person() -> User:
    return UserFactory.create(email="ada@example.com", roles=["customer"])


@pytest.fixture
def events(person: User, organizer: User) -> dict[str, Event]:
    """Return two events to come of which somebody is part, and two whose mail they do without; of each one is led."""
    found = {name: EventFactory.create(title=name) for name in ("Group", "Meeting", "Left group", "Left meeting")}
    for name, event in found.items():
        attend(person, event)
        if name.startswith("Left"):
            opt_out(user=person, topic=Topic(event=event), door=DOOR)
        if "eeting" in name:
            host(organizer, event)
    return found


def preferences_page(campaign: Campaign, person: User) -> str:
    return f"{reverse('unsubscribe', args=[unsubscribe_token(campaign.pk, person.pk)])}preferences/"


def shown_in(page: str, events: dict[str, Event]) -> list[str]:
    """Return the names of the events that a page shows."""
    return [name for name in events if f">{name}<" in page]


def test_link_of_a_mail_shows_no_events_that_were_not_chosen_about(
    client: Client, person: User, events: dict[str, Event]
) -> None:
    own = campaign_to([person], event=events["Meeting"])
    pages = [preferences_page(one, person) for one in (campaign_to([person]), own)]

    found = [shown_in(client.get(page).content.decode(), events) for page in pages]

    assert found == [["Left group", "Left meeting"], ["Meeting", "Left group", "Left meeting"]]


def test_link_of_a_mail_chooses_about_no_event_that_it_does_not_show(
    client: Client, person: User, events: dict[str, Event]
) -> None:
    client.post(preferences_page(campaign_to([person]), person), {"shown": f"event:{events['Group'].pk}"})

    assert not OptOut.objects.filter(event=events["Group"]).exists()


@pytest.mark.parametrize(
    ("role", "titles"),
    [
        ("organizer", {"Meeting", "Left meeting"}),
        ("agent", {"Group", "Meeting", "Left group", "Left meeting"}),
        ("admin", {"Group", "Meeting", "Left group", "Left meeting", "Elsewhere"}),
        ("oneself", {"Group", "Meeting", "Left group", "Left meeting", "Elsewhere"}),
    ],
)
def test_staff_see_the_events_of_which_they_may_know(
    role: str,
    titles: set[str],
    person: User,
    events: dict[str, Event],
    client_of: Callable[[User], APIClient],
    request: pytest.FixtureRequest,
) -> None:
    opt_out(user=person, topic=Topic(event=EventFactory.create(title="Elsewhere")), door=DOOR)
    fixture = {"admin": "staff", "organizer": "organizer", "agent": "agent"}.get(role)
    viewer = request.getfixturevalue(fixture) if fixture else person

    answer = client_of(viewer).get(f"/api/v1/users/{person.pk}/preferences/")

    assert {one["title"] for one in answer.json()["events"]} == titles


@pytest.mark.parametrize(
    ("role", "titles"), [("organizer", ["Left meeting"]), ("staff", ["Left group", "Left meeting"])]
)
def test_tab_shows_wishes_about_the_events_of_which_one_may_know(
    role: str, titles: list[str], person: User, events: dict[str, Event], request: pytest.FixtureRequest
) -> None:
    browser = Client()
    browser.force_login(request.getfixturevalue(role), "users.backends.RoleBackend")

    page = browser.get(reverse("admin:users_user_panel", args=[person.pk, "preferences"])).content.decode()

    assert [name for name in events if name in page] == titles


def test_tab_shows_the_mail_that_one_may_know_of(person: User, organizer: User, staff: User) -> None:
    campaign = campaign_to([person], subject="A secret offer")
    opt_out(user=person, topic=Topic(), door=Door(OptOutSource.ONE_CLICK, campaign=campaign))

    def page_for(viewer: User) -> str:
        browser = Client()
        browser.force_login(viewer, "users.backends.RoleBackend")
        return browser.get(reverse("admin:users_user_panel", args=[person.pk, "preferences"])).content.decode()

    assert "All mail to many" in page_for(organizer)
    assert ["A secret offer" in page_for(viewer) for viewer in (staff, organizer)] == [True, False]
    Campaign.objects.update(created_by=organizer)
    assert "A secret offer" in page_for(organizer)


def test_events_that_are_over_push_out_none_to_come_nor_that_of_the_mail(person: User) -> None:
    long_ago = clock.now() - timedelta(days=300)
    over = Event.objects.bulk_create(
        EventFactory.build(start_at=long_ago + timedelta(days=day)) for day in range(MOST_EVENTS + 5)
    )
    OptOut.objects.bulk_create(OptOut(user=person, event=event, source=OptOutSource.PAGE) for event in over)
    to_come = EventFactory.create(title="To come")
    attend(person, to_come)
    about = campaign_to([person], event=over[0])

    seen = preferences_of(person, viewer=person).events
    mailed = preferences_of(person, viewer=None, about=about).events

    assert [len(seen), len(mailed)] == [MOST_EVENTS, MOST_EVENTS]
    assert (seen[-1].topic.event, seen[0].topic.event) == (to_come, over[6])
    assert [mailed[0].topic.event, mailed[1].topic.event, mailed[-1].topic.event] == [over[0], over[6], over[-1]]
