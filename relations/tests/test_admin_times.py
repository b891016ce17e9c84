"""Times in the admin: of events and registrations in the zone of the event, of people in the zone of the caller."""

import re

import pytest
from django.test import Client
from django.urls import reverse

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations.models import UserEventRelation
from relations.registration import register
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MOMENT = re.compile(r"<time[^>]*>\d{1,2} [A-Z][a-z]{2} \d{4}, \d\d:\d\d ([A-Z]+)</time>")
IN_AMERICAN = re.compile(r"\b\d{1,2}(:\d\d)? [ap]\.m\.")


@pytest.fixture
def tokyo() -> Client:
    """Return a client of an administrator in Tokyo."""
    client = Client()
    client.force_login(UserFactory.create(is_superuser=True, is_staff=True, timezone="Asia/Tokyo"))
    return client


def registered() -> UserEventRelation:
    """Return a registration of an event in New York."""
    event = EventFactory.create(timezone="America/New_York")
    update_event(event=event, changes={"end_at": event.start_at.replace(year=event.start_at.year + 1)}, actor=None)
    relation, _new = register(user=UserFactory.create(roles=["customer"]), event=event, actor=None, reason="test")
    return relation


def zones_in(page: str) -> set[str]:
    assert IN_AMERICAN.search(page) is None
    return set(MOMENT.findall(page))


@pytest.mark.parametrize("slug", ["desk", "people", "history", ""])
def test_pages_of_an_event_are_in_its_zone(tokyo: Client, slug: str) -> None:
    event: Event = registered().event
    kind, slugs = ("panel", [slug]) if slug else ("change", [])
    page = tokyo.get(reverse(f"admin:events_event_{kind}", args=[event.pk, *slugs])).content.decode()
    zones = zones_in(page)
    assert zones
    assert zones <= {"EST", "EDT"}


@pytest.mark.parametrize("slug", ["why", "history", ""])
def test_pages_of_a_registration_are_in_the_zone_of_its_event(tokyo: Client, slug: str) -> None:
    relation = registered()
    kind, slugs = ("panel", [slug]) if slug else ("change", [])
    page = tokyo.get(reverse(f"admin:relations_usereventrelation_{kind}", args=[relation.pk, *slugs])).content.decode()
    zones = zones_in(page)
    assert zones
    assert zones <= {"EST", "EDT"}


@pytest.mark.parametrize("slug", ["history", ""])
def test_pages_of_a_person_are_in_the_zone_of_the_caller(tokyo: Client, slug: str) -> None:
    person = registered().user
    kind, slugs = ("panel", [slug]) if slug else ("change", [])
    page = tokyo.get(reverse(f"admin:users_user_{kind}", args=[person.pk, *slugs])).content.decode()
    assert zones_in(page) == {"JST"}
