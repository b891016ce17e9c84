"""Segments that name others: what a change below may break above, and what they cost."""

from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from rest_framework.test import APIClient

from events.tests.factories import EventFactory
from users.models import Segment
from users.segments.membership import MOST_ENTERED
from users.tests.answers import PEOPLE, problem
from users.tests.factories import SegmentFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SEGMENTS = "/api/v1/segments/"


def made(client: APIClient, tree: Any) -> str:
    answer = client.post(SEGMENTS, {"name": f"Segment {Segment.objects.count()}", "filter": tree})
    assert answer.status_code == 201, answer.json()
    return str(answer.json()["id"])


def queries_of(client: APIClient, address: str) -> int:
    with CaptureQueriesContext(connection) as queries:
        assert client.get(address).status_code == 200
    return len(queries)


def test_what_is_wrong_above_keeps_nobody_from_changing_a_segment(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    below = made(client_of_staff, {"city": "London"})
    above = made(client_of_staff, {"segment": below, "event": str(event.pk)})
    made(client_of_staff, {"segment": above})
    event.delete()

    changes = [{"description": "For spring."}, {"name": "Renamed"}, {"filter": {"city": "Rome"}}]
    answers = [client_of_staff.patch(f"{SEGMENTS}{below}/", change).status_code for change in changes]

    assert answers == [200, 200, 200]


def test_segments_that_are_both_at_fault_are_mended_one_after_the_other(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    below = made(client_of_staff, {"event": str(event.pk)})
    above = made(client_of_staff, {"segment": below, "attended": {"event": str(event.pk)}})
    event.delete()

    mended = [
        client_of_staff.patch(f"{SEGMENTS}{below}/", {"filter": {"city": "Rome"}}),
        client_of_staff.patch(f"{SEGMENTS}{above}/", {"filter": {"segment": below}}),
    ]

    assert [answer.status_code for answer in mended] == [200, 200]
    assert client_of_staff.get(f"{SEGMENTS}{above}/users/").status_code == 200


def test_segment_at_fault_is_renamed_with_its_filter_as_it_is(
    client_of_staff: APIClient, admin_of_staff: Client
) -> None:
    event = EventFactory.create()
    tree = {"event": str(event.pk)}
    segment = Segment.objects.get(pk=made(client_of_staff, tree))
    event.delete()

    whole = client_of_staff.put(f"{SEGMENTS}{segment.pk}/", {"name": "By the API", "description": "", "filter": tree})
    segment.refresh_from_db()
    page = admin_of_staff.get(reverse("admin:users_segment_change", args=[segment.pk])).context["adminform"].form
    form = {"name": "In the admin", "description": "", "filter": page["filter"].value()}
    admin_of_staff.post(
        reverse("admin:users_segment_change", args=[segment.pk]), {**form, "loaded_version": str(segment.version)}
    )

    assert (whole.status_code, whole.json()["name"]) == (200, "By the API")
    assert [entry.name for entry in segment.history.order_by("pgh_id")][1:] == ["By the API", "In the admin"]


def test_filter_that_only_python_takes_for_the_same_is_refused(client_of_staff: APIClient) -> None:
    segment = made(client_of_staff, {"min_events_attended": 1})

    answer = client_of_staff.patch(f"{SEGMENTS}{segment}/", {"filter": {"min_events_attended": True}})

    assert problem(answer) == (400, [("/filter/min_events_attended", "type")])


def test_segment_that_is_too_large_above_may_shrink_below(client_of_staff: APIClient) -> None:
    ground = SegmentFactory.create()
    wide = {"or": [{"segment": str(ground.pk)}] * (MOST_ENTERED - 1)}
    below = SegmentFactory.create(filter=wide, uses=[ground.pk])
    SegmentFactory.create(filter={"and": [{"segment": str(below.pk)}] * 2}, uses=[below.pk])

    answer = client_of_staff.patch(f"{SEGMENTS}{below.pk}/", {"filter": {"or": wide["or"][1:]}})

    assert answer.status_code == 200


def test_segment_that_can_be_stored_can_be_looked_at(client_of_staff: APIClient) -> None:
    ground = made(client_of_staff, {"city": "London"})
    fits, too_many = ({"or": [{"segment": ground}] * (MOST_ENTERED - less)} for less in (1, 0))

    refused = client_of_staff.post(SEGMENTS, {"name": "Too many", "filter": too_many})

    assert problem(refused)[0] == 400
    assert client_of_staff.get(f"{SEGMENTS}{made(client_of_staff, fits)}/users/").status_code == 200


def test_ids_in_a_filter_are_looked_up_together(client_of_staff: APIClient) -> None:
    events = [str(event.pk) for event in EventFactory.create_batch(6)]
    one, many = (
        made(client_of_staff, {"or": [{"event": event} for event in some] + [{"attended": {"event": events[0]}}]})
        for some in (events[:1], events)
    )

    assert queries_of(client_of_staff, f"{PEOPLE}?segment={one}") == queries_of(
        client_of_staff, f"{PEOPLE}?segment={many}"
    )


def test_segment_is_evaluated_once_however_often_it_is_named(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    inner = made(client_of_staff, {"event": str(event.pk)})
    once, often = (made(client_of_staff, {"or": [{"segment": inner}] * times}) for times in (1, 20))

    assert queries_of(client_of_staff, f"{PEOPLE}?segment={once}") == queries_of(
        client_of_staff, f"{PEOPLE}?segment={often}"
    )


def test_search_in_a_segment_that_cannot_be_read_names_the_segment(client_of_staff: APIClient) -> None:
    segment = SegmentFactory.create(filter={"colour": "red"})

    answers = [client_of_staff.get(f"{PEOPLE}?{query}segment={segment.pk}") for query in ("", "q=ann&")]

    assert [problem(answer) for answer in answers] == [(400, [("segment", "broken_segment")])] * 2
