"""Who has met whom, against a story that can be counted by hand."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.tests.factories import PastEventFactory
from relations.insights import meetings
from relations.insights.meetings import meetings_of
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
ClientOf = Callable[[User], APIClient]


def shown(user: User, caller: User) -> list[tuple[User, float, int]]:
    return [(one.user, round(one.weight, 6), one.events) for one in meetings_of(user, caller, 50).met]


def test_small_events_weigh_more(staff: User) -> None:
    ada, ben, cleo, dora = UserFactory.create_batch(4)
    pair, crowd = PastEventFactory.create(), PastEventFactory.create()
    for person in (ada, cleo):
        attended(person, pair)
    for person in (ada, ben, cleo, dora):
        attended(person, crowd)

    assert shown(ada, staff)[0] == (cleo, 1.333333, 2)
    assert shown(ben, staff) == [(one, 0.333333, 1) for one in (ada, cleo, dora)]


def test_only_who_came_has_met_anybody(staff: User) -> None:
    ada, ben, cleo = UserFactory.create_batch(3)
    now = clock.now()
    running = PastEventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1))
    attended(ada, running)
    attend(ben, running)
    host(cleo, running)

    assert shown(ada, staff) == []
    assert shown(ben, staff) == []


def test_crowds_are_left_out_and_said_to_be(staff: User, monkeypatch: pytest.MonkeyPatch) -> None:
    ada, ben, cleo = UserFactory.create_batch(3)
    pair, crowd = PastEventFactory.create(), PastEventFactory.create()
    for person in (ada, ben):
        attended(person, pair)
    for person in (ada, ben, cleo):
        attended(person, crowd)
    monkeypatch.setattr(meetings, "NO_CROWD", meetings.no_crowd(2))

    found = meetings_of(ada, staff, 50)

    assert [(one.user, one.weight) for one in found.met] == [(ben, 1.0)]
    assert (found.events, found.left_out) == (1, 1)


def test_organizers_learn_of_their_own_events_alone(organizer: User) -> None:
    ada, ben = UserFactory.create_batch(2)
    mine, foreign = PastEventFactory.create(), PastEventFactory.create()
    host(organizer, mine)
    for event in (mine, foreign):
        attended(ada, event)
        attended(ben, event)

    assert shown(ada, organizer) == [(ben, 1.0, 1)]


def test_customers_learn_of_nobody_else(customer: User, client_of: ClientOf) -> None:
    event = PastEventFactory.create()
    for person in (customer, UserFactory.create()):
        attended(person, event)

    answer = client_of(customer).get(f"/api/v1/users/{customer.pk}/met/")

    assert answer.json() == {"results": [], "events": 1, "left_out": 0}


def test_the_best_are_listed_first_and_as_many_as_asked_for(client_of_staff: APIClient) -> None:
    ada, *others = UserFactory.create_batch(5)
    for number in range(1, 5):
        event = PastEventFactory.create()
        for person in (ada, *others[:number]):
            attended(person, event)

    answer = client_of_staff.get(f"/api/v1/users/{ada.pk}/met/?limit=2").json()

    assert [row["user_id"] for row in answer["results"]] == [str(others[0].pk), str(others[1].pk)]
    assert [row["events"] for row in answer["results"]] == [4, 3]
    assert client_of_staff.get(f"/api/v1/users/{ada.pk}/met/?limit=0").status_code == 400
    assert client_of_staff.get(f"/api/v1/users/{ada.pk}/met/?cursor=x").status_code == 400


def test_as_many_queries_for_one_as_for_three(staff: User, django_assert_num_queries: Callable[[int], object]) -> None:
    ada = UserFactory.create()
    for number in (1, 3):
        event = PastEventFactory.create()
        for person in (ada, *UserFactory.create_batch(number)):
            attended(person, event)
        with django_assert_num_queries(5):  # type: ignore[attr-defined]  # a context manager
            meetings_of(ada, staff, 50)
