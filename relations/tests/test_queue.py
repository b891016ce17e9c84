"""Places in queues, held against counting them one by one."""

import random
from typing import Any

import pytest

from events.tests.factories import EventFactory
from relations.models import UserEventRelation
from relations.queue import places_in_queues
from relations.services import end_relation
from relations.tests.factories import attend
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def counted(relation: UserEventRelation) -> int:
    return UserEventRelation.objects.filter(event=relation.event, seq__lte=relation.seq).waiting().count()


def test_places_are_those_that_counting_gives_whoever_is_asked_about(django_assert_num_queries: Any) -> None:
    people, events = UserFactory.create_batch(8), [EventFactory.create(max_capacity=number) for number in (0, 2)]
    relations = [attend(person, event) for event in events for person in people]
    for relation in (relations[0], relations[3], relations[10]):
        end_relation(relation=relation, actor=None, reason="test")
    waiting = list(UserEventRelation.objects.filter(event__in=events).waiting())
    expected = {relation.pk: counted(relation) for relation in waiting}
    assert sorted(expected.values()) == [1, 1, 2, 2, 3, 3, 4, 4, 5, 5, 6]
    draw = random.Random(1)  # noqa: S311  # draws cases, no secrets

    for number in (1, 2, 3, 5, len(waiting)) * 6:
        asked = {relation.pk for relation in draw.sample(waiting, number)}
        with django_assert_num_queries(1):
            assert places_in_queues(asked) == {key: expected[key] for key in asked}


def test_who_does_not_wait_has_no_place(django_assert_num_queries: Any) -> None:
    assert places_in_queues([attend(UserFactory.create(), EventFactory.create()).pk]) == {}
    with django_assert_num_queries(0):
        assert places_in_queues([]) == {}
