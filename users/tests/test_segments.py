"""Segments over REST."""

from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from rest_framework.test import APIClient

from api.filters import FilterContext
from events.tests.factories import EventFactory, PastEventFactory
from relations.tests.factories import attend, attended, host
from users.expressions import name_key
from users.filters import people_filters
from users.models import Segment, User
from users.tests.answers import PEOPLE, names, problem
from users.tests.factories import SegmentFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SEGMENTS = "/api/v1/segments/"
ClientOf = Callable[[User], APIClient]


def made(client: APIClient, name: str, tree: Any) -> dict[str, Any]:
    answer = client.post(SEGMENTS, {"name": name, "filter": tree})
    assert answer.status_code == 201, answer.json()
    body: dict[str, Any] = answer.json()
    return body


def people_of(client: APIClient, segment: dict[str, Any], query: str = "") -> list[str]:
    return names(client.get(f"{SEGMENTS}{segment['id']}/users/?{query}"))


def test_segment_is_made_read_changed_and_deleted(organizer: User, client_of: ClientOf) -> None:
    client = client_of(organizer)

    segment = made(client, " Londoners ", {"city": "London"})
    address = f"{SEGMENTS}{segment['id']}/"
    changed = client.patch(address, {"filter": {"city": ["Rome", "Oslo"]}, "description": "South and north"})

    assert (segment["name"], segment["owner"], segment["filter"]) == (
        "Londoners",
        str(organizer.pk),
        {"city": "London"},
    )
    assert (changed.json()["filter"], changed.json()["name"]) == ({"city": ["Rome", "Oslo"]}, "Londoners")
    assert [entry.filter for entry in Segment.objects.get().history.order_by("pgh_id")] == [
        {"city": "London"},
        {"city": ["Rome", "Oslo"]},
    ]
    assert [client.delete(address).status_code, client.get(address).status_code] == [204, 404]


def test_one_name_is_one_segments_whatever_its_case(client_of_staff: APIClient) -> None:
    made(client_of_staff, "Régulars", {"city": "London"})

    answer = client_of_staff.post(SEGMENTS, {"name": "REGULARS", "filter": {"city": "Rome"}})

    assert problem(answer) == (400, [("/name", "unique")])
    assert names_of(client_of_staff.get(f"{SEGMENTS}?name=regulars")) == ["Régulars"]


def names_of(answer: Any) -> list[str]:
    return [row["name"] for row in answer.json()["results"]]


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        (["x"], [("/filter", "type")]),
        ([], [("/filter", "type")]),
        ({"waitlisted": {"min": -1}}, [("/filter/waitlisted/min", "out_of_range")]),
        ({"compny": "Acme"}, [("/filter/compny", "unknown")]),
        ({"or": [{"city": "Rome"}, {"min_events_hosted": "many"}]}, [("/filter/or/1/min_events_hosted", "type")]),
        ({"attended": {"event": str(uuid4())}}, [("/filter/attended/event", "does_not_exist")]),
        ({"segment": str(uuid4())}, [("/filter/segment", "does_not_exist")]),
        ({"segment": "regulars"}, [("/filter/segment", "type")]),
        ({}, [("/filter", "empty")]),
        ({"or": [{"city": "Rome"}, {}]}, [("/filter/or/1", "empty")]),
    ],
)
def test_bad_filter_is_refused_with_its_place(client_of_staff: APIClient, tree: Any, found: Any) -> None:
    answer = client_of_staff.post(SEGMENTS, {"name": "Bad", "filter": tree})

    assert problem(answer) == (400, found)
    assert not Segment.objects.exists()


def test_others_of_the_staff_see_a_segment_and_leave_it_alone(
    organizer: User, agent: User, staff: User, client_of: ClientOf
) -> None:
    segment = made(client_of(organizer), "Londoners", {"city": "London"})
    address = f"{SEGMENTS}{segment['id']}/"

    assert client_of(agent).get(address).json() == segment
    assert [client_of(one).patch(address, {"name": "Mine"}).status_code for one in (agent, staff)] == [403, 200]


def test_stale_tag_is_refused_and_a_key_makes_one(client_of_staff: APIClient) -> None:
    body, key = {"name": "Londoners", "filter": {"city": "London"}}, {"Idempotency-Key": "once"}
    first, again = (client_of_staff.post(SEGMENTS, body, headers=key) for _attempt in range(2))
    address = f"{SEGMENTS}{first.json()['id']}/"
    client_of_staff.patch(address, {"description": "Changed"})

    stale = client_of_staff.patch(address, {"name": "Late"}, headers={"If-Match": first["ETag"]})

    assert (again.status_code, again.json(), Segment.objects.count()) == (201, first.json(), 1)
    assert stale.status_code == 412


def test_people_of_a_segment_are_those_of_now_in_pages_and_filtered(client_of_staff: APIClient) -> None:
    segment = made(client_of_staff, "Londoners", {"city": "London"})
    for first_name in ("Ann", "Bob", "Cleo"):
        UserFactory.create(first_name=first_name, last_name=first_name, city="London", company=f"{first_name} & Co")
    UserFactory.create(first_name="Rita", city="Rome")

    page = client_of_staff.get(f"{SEGMENTS}{segment['id']}/users/?limit=2&count=exact").json()

    assert (page["count"], [row["first_name"] for row in page["results"]]) == (3, ["Ann", "Bob"])
    assert names(client_of_staff.get(page["next"])) == ["Cleo"]
    assert people_of(client_of_staff, segment, "company=bob %26 co") == ["Bob"]
    assert people_of(client_of_staff, segment, "ordering=-name&limit=1") == ["Cleo"]
    User.objects.filter(first_name="Rita").update(city="London")
    assert people_of(client_of_staff, segment) == ["Ann", "Bob", "Cleo", "Rita"]


def test_segment_is_a_filter_of_people_everywhere(client_of_staff: APIClient) -> None:
    Segment.objects.all().delete()
    for first_name, city in (("Ann", "London"), ("Bob", "Rome"), ("Cleo", "Rome")):
        UserFactory.create(first_name=first_name, last_name=first_name, city=city)
    rome, london = (made(client_of_staff, city, {"city": city}) for city in ("Rome", "London"))

    def found(tree: Any) -> list[str]:
        return names(client_of_staff.post(f"{PEOPLE}filter/", {"filter": tree, "ordering": "name"}))

    assert names(client_of_staff.get(f"{PEOPLE}?segment={rome['id']}")) == ["Bob", "Cleo"]
    assert names(client_of_staff.get(f"{PEOPLE}?segment={rome['id']}&segment={london['id']}")) == ["Ann", "Bob", "Cleo"]
    assert found({"or": [{"segment": london["id"]}, {"q": "Cleo"}]}) == ["Ann", "Cleo"]
    assert found({"not": {"segment": [rome["id"], london["id"]]}}) == ["Sam"]
    both = made(client_of_staff, "Both", {"segment": [rome["id"], london["id"]], "not": {"segment": london["id"]}})
    assert people_of(client_of_staff, both) == ["Bob", "Cleo"]
    by_number = client_of_staff.post(f"{PEOPLE}filter_by/?role=host&min_events=0&segment={london['id']}")
    assert names(by_number) == ["Ann"]


def test_who_waited_twice_and_was_never_let_in_is_a_segment(client_of_staff: APIClient) -> None:
    wanda, lucky = UserFactory.create(first_name="Wanda"), UserFactory.create(first_name="Lucky")
    for _event in range(2):
        event = EventFactory.create(max_capacity=1, waitlist_enabled=True)
        for person in (UserFactory.create(), wanda, lucky):
            attend(person, event)
    segment = made(client_of_staff, "Never let in", {"waitlisted": {"min": 2, "admitted": False}})
    assert sorted(people_of(client_of_staff, segment)) == ["Lucky", "Wanda"]

    attended(lucky, PastEventFactory.create())
    own = made(client_of_staff, "And came", {"segment": segment["id"], "attended": {"min": 1}})

    assert people_of(client_of_staff, own) == ["Lucky"]


def test_segment_tells_its_viewer_no_more_than_they_may_know(
    organizer: User, agent: User, customer: User, client_of: ClientOf
) -> None:
    mine, foreign = PastEventFactory.create(), PastEventFactory.create()
    host(organizer, mine)
    for first_name, event in (("Seen", mine), ("Unseen", foreign)):
        attended(UserFactory.create(first_name=first_name), event)
    segment = made(client_of(agent), "Came lately", {"attended": {"since": "2020-01-01"}})

    assert sorted(people_of(client_of(agent), segment)) == ["Seen", "Unseen"]
    assert people_of(client_of(organizer), segment) == ["Seen"]
    hidden = client_of(customer).get(f"{PEOPLE}?segment={segment['id']}")
    nothing = client_of(customer).get(f"{PEOPLE}?segment={uuid4()}")
    assert problem(hidden) == problem(nothing) == (400, [("segment", "does_not_exist")])


def test_segments_name_each_other_without_going_in_circles(client_of_staff: APIClient) -> None:
    first = made(client_of_staff, "First", {"city": "London"})
    second = made(client_of_staff, "Second", {"or": [{"segment": first["id"]}, {"city": "Rome"}]})
    third = made(client_of_staff, "Third", {"segment": second["id"]})

    for above in (first, second, third):
        answer = client_of_staff.patch(f"{SEGMENTS}{first['id']}/", {"filter": {"not": {"segment": above["id"]}}})
        assert problem(answer) == (400, [("/filter", "cycle")])
    deleted = client_of_staff.delete(f"{SEGMENTS}{first['id']}/")
    assert (deleted.status_code, "Second" in deleted.json()["detail"]) == (409, True)
    assert client_of_staff.delete(f"{SEGMENTS}{third['id']}/").status_code == 204


def test_segments_in_segments_are_bounded_from_above_and_from_below(client_of_staff: APIClient) -> None:
    ground = made(client_of_staff, "0", {"city": "London"})
    below = ground
    for number in range(1, 5):
        twice = {"and": [{"segment": below["id"]}, {"segment": below["id"]}]}
        below = made(client_of_staff, str(number), twice)
    answer = client_of_staff.post(SEGMENTS, {"name": "5", "filter": {"and": [{"segment": below["id"]}] * 2}})
    assert problem(answer)[0] == 400

    other = made(client_of_staff, "other", {"city": "Rome"})
    grown = {"or": [{"segment": other["id"]}] * 4}
    assert problem(client_of_staff.patch(f"{SEGMENTS}{ground['id']}/", {"filter": grown})) == (
        400,
        [("/filter", "broken_segment")],
    )
    assert Segment.objects.get(pk=ground["id"]).filter == {"city": "London"}


def test_segment_whose_event_is_gone_says_so(client_of_staff: APIClient) -> None:
    event = EventFactory.create()
    segment = made(client_of_staff, "Of the event", {"event": str(event.pk)})
    above = made(client_of_staff, "Above", {"segment": segment["id"]})
    event.delete()

    for one in (segment, above):
        page = client_of_staff.get(f"{SEGMENTS}{one['id']}/users/")
        assert (page.status_code, page.json()["type"]) == (409, "/api/problems/broken_segment")
        assert "“Of the event” cannot be evaluated" in page.json()["detail"]
    assert problem(client_of_staff.get(f"{PEOPLE}?segment={above['id']}")) == (400, [("segment", "broken_segment")])
    tree = {"filter": {"or": [{"city": "Rome"}, {"segment": [segment["id"]]}]}}
    assert problem(client_of_staff.post(f"{PEOPLE}filter/", tree)) == (
        400,
        [("/filter/or/1/segment/0", "broken_segment")],
    )


def test_segment_outlives_its_owner(organizer: User, staff: User, client_of: ClientOf) -> None:
    segment = made(client_of(organizer), "Londoners", {"city": "London"})

    assert client_of(staff).delete(f"{PEOPLE}{organizer.pk}/").status_code == 204

    assert client_of(staff).get(f"{SEGMENTS}{segment['id']}/").json()["owner"] is None


def test_list_of_segments_takes_one_query_for_any_number(client_of_staff: APIClient) -> None:
    numbers = []
    for _more in range(2):
        SegmentFactory.create_batch(2)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            client_of_staff.get(SEGMENTS)
        numbers.append(len(queries))

    assert numbers[0] == numbers[1]


def test_people_of_nested_segments_are_read_by_few_queries(client_of_staff: APIClient) -> None:
    first = made(client_of_staff, "First", {"city": "London"})
    tree = {"or": [{"segment": first["id"]}] * 9}
    wide = made(client_of_staff, "Wide", tree)

    with CaptureQueriesContext(connection) as queries:
        client_of_staff.get(f"{SEGMENTS}{wide['id']}/users/")

    assert len(queries) <= 5


@pytest.mark.parametrize(
    "tree",
    [
        {"city": "London", "min_events_attended": 2},
        {"or": [{"company": ["Acme", "Globex"]}, {"not": {"attended": {"min": 2, "since": "2020-01-01"}}}]},
        {"waitlisted": {"min": 2, "admitted": False}},
        {"q": "lovelace"},
    ],
)
def test_segment_costs_what_its_filter_costs(staff: User, tree: dict[str, Any]) -> None:
    """The very same statement: whatever is quick, or slow, as a filter is so as a segment."""
    context = FilterContext(staff)
    inner = SegmentFactory.create(filter=tree)
    outer = SegmentFactory.create(filter={"segment": str(inner.pk)}, uses=[inner.pk])

    statements = {
        str(User.objects.filter(people_filters.q(one, context)).order_by(name_key(), "pk").query)
        for one in (tree, {"segment": str(inner.pk)}, {"segment": [str(outer.pk)]})
    }

    assert len(statements) == 1
