"""The demo's data."""

import pytest

from events.models import Event, EventStatus
from relations.counts import find_drift
from relations.demo import make_demo_data
from relations.models import EventCapacity, UserEventRelation
from users.models import User
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_demo_is_a_small_organisation_with_a_year_of_events() -> None:
    StaffFactory.create()

    assert make_demo_data()

    full = EventCapacity.objects.get(waiting__gt=0)
    statuses = set(UserEventRelation.objects.values_list("status", flat=True))
    assert (User.objects.filter(is_staff=False).count(), Event.objects.count()) == (120, 25)
    assert full.taken == full.event.max_capacity
    assert statuses == {"attended", "no_show", "cancelled", "confirmed", "waitlisted"}
    assert set(Event.objects.values_list("status", flat=True)) == set(EventStatus.values)
    assert Event.objects.upcoming().exists()
    assert Event.objects.values("timezone").distinct().count() > 5
    assert find_drift() == []


def test_demo_has_who_the_readme_looks_for() -> None:
    make_demo_data()

    assert User.objects.filter(counts__hosted__gte=3, counts__attended__gte=2).count() >= 3
    assert User.objects.filter(company="Acme Systems", city="Berlin").exists()


def test_demo_has_what_the_documents_name() -> None:
    """README.md registers for a conference; docs/api.md and docs/registration.md wait for a place at a full evening."""
    make_demo_data()

    full = EventCapacity.objects.get(event__external_id="demo-event-17")
    assert (full.event.slug, full.waiting, full.next_seq) == ("design-systems-evening", 4, 20)
    assert Event.objects.upcoming().filter(slug="spring-conference").exists()
    assert User.objects.filter(external_id="demo-person-1").exists()


def test_demo_is_made_once() -> None:
    make_demo_data()

    assert not make_demo_data()
    assert Event.objects.count() == 25


def test_demo_leaves_a_database_in_use_alone() -> None:
    UserFactory.create()

    assert not make_demo_data()
    assert not Event.objects.exists()
