"""What the services do to events when others work on them too."""

from concurrent.futures import ThreadPoolExecutor
from threading import Barrier
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from events.models import Event
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"
BODY = {"title": "Kick off", "start_at": "2030-05-01T10:00:00Z"}


def test_other_columns_stay_whoever_wrote_them() -> None:
    stale = EventFactory.create(slug="old")
    Event.objects.filter(pk=stale.pk).update(slug="new", venue="Hall")

    changed = update_event(event=stale, changes={"title": "Other"}, actor=None)

    assert (changed.slug, changed.venue, changed.title) == ("new", "Hall", "Other")
    assert Event.objects.get(pk=stale.pk).slug == "new"


def test_slug_that_is_emptied_is_made_anew() -> None:
    event = EventFactory.create(slug="old", title="Old")

    assert update_event(event=event, changes={"slug": "", "title": "Kick off"}, actor=None).slug == "kick-off"


def test_changing_an_event_that_is_gone() -> None:
    event = EventFactory.create()
    Event.objects.filter(pk=event.pk).delete()

    with pytest.raises(Event.DoesNotExist):
        update_event(event=event, changes={"title": "Other"}, actor=None)


def test_what_is_stored_already_and_left_alone_is_not_held_against_anybody(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    Event.objects.filter(pk=event.pk).update(timezone="Mars/Olympus")

    answer = client_of_staff.patch(f"{EVENTS}{event.pk}/", {"title": "Other"})

    assert (answer.status_code, answer.json()["title"]) == (200, "Other")


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_one_title_at_the_same_time_makes_as_many_slugs() -> None:
    def create(_number: int) -> str:
        try:
            return create_event(event=EventFactory.build(title="Kick off", slug=""), actor=None).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(8) as threads:
        slugs = list(threads.map(create, range(8)))

    assert sorted(slugs) == ["kick-off", *(f"kick-off-{number}" for number in range(2, 9))]


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_slugs_emptied_at_the_same_time_become_as_many() -> None:
    events = [EventFactory.create(title="Kick off", slug=f"old-{number}") for number in range(8)]
    begun = Barrier(len(events), timeout=30)

    def empty(event: Event) -> str:
        try:
            begun.wait()
            return update_event(event=event, changes={"slug": ""}, actor=None).slug
        finally:
            connection.close()

    with ThreadPoolExecutor(len(events)) as threads:
        slugs = list(threads.map(empty, events))

    assert sorted(slugs) == ["kick-off", *(f"kick-off-{number}" for number in range(2, 9))]


def test_slug_that_is_emptied_is_its_own_again() -> None:
    event = EventFactory.create(title="Kick off", slug="kick-off")

    assert update_event(event=event, changes={"slug": ""}, actor=None).slug == "kick-off"


def test_slug_that_was_given_and_is_taken(client_of_staff: APIClient) -> None:
    EventFactory.create(slug="kick-off")

    answer = client_of_staff.post(EVENTS, {**BODY, "slug": "kick-off"})

    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (400, "/slug")


def test_deleting_takes_the_history_along() -> None:
    event, kept = EventFactory.create(), EventFactory.create()

    delete_event(event=event)

    history: Any = type(kept.history.all().first())
    assert set(history.objects.values_list("pgh_obj_id", flat=True)) == {kept.pk}


def test_hosts_cost_the_same_however_many(client_of_staff: APIClient, django_assert_num_queries: Any) -> None:
    from django.test.utils import CaptureQueriesContext

    def queries(hosts: list[str]) -> int:
        with CaptureQueriesContext(connection) as captured:
            answer = client_of_staff.post(EVENTS, {**BODY, "hosts": hosts})
        assert (answer.status_code, answer.json()["hosts"]) == (201, hosts)
        return len(captured)

    people = UserFactory.create_batch(20)
    one, many = queries([str(people[0].pk)]), queries([str(one.pk) for one in people])
    assert many - one <= 1  # a savepoint around several rows


def test_hosts_by_either_id_and_each_once(client_of_staff: APIClient) -> None:
    ann, bob = UserFactory.create(external_id="ann"), UserFactory.create()

    answer = client_of_staff.post(EVENTS, {**BODY, "hosts": ["ann", str(bob.pk), str(ann.pk)]})

    assert answer.json()["hosts"] == [str(ann.pk), str(bob.pk)]


def test_hosts_whom_nobody_knows(client_of_staff: APIClient) -> None:
    ann = UserFactory.create()

    answer = client_of_staff.post(EVENTS, {**BODY, "hosts": [str(ann.pk), "nobody"]})

    places = [(one["pointer"], one["code"]) for one in answer.json()["errors"]]
    assert (answer.status_code, places[0]) == (400, ("/hosts/1", "does_not_exist"))


def test_hosts_are_ignored_where_the_event_is_there(client_of_staff: APIClient) -> None:
    event = EventFactory.create()

    answer = client_of_staff.patch(f"{EVENTS}{event.pk}/", {"hosts": ["nobody"], "title": "Other"})

    assert (answer.status_code, answer.json()["hosts"]) == (200, [])
