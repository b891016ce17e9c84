from typing import Any

import pytest
from rest_framework.test import APIClient

from api.filters import FilterContext
from events.tests.factories import EventFactory, PastEventFactory
from relations import numbers
from relations.models import Role, UserEventRelation
from relations.services import add_relation, end_relation
from relations.tests.factories import attend, attended, host
from users.filters import people_filters
from users.models import User
from users.tests.answers import names, problem
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PEOPLE = "/api/v1/users/"
RELATIONS = "/api/v1/relations/"


@pytest.fixture
def people(db: None) -> dict[str, User]:
    """Return Hanna, who hosts, Andy, who attends, Reg, who is registered, and Nils, who gives up."""
    return {
        name: UserFactory.create(first_name=name, last_name=name, external_id=name.lower(), email=None)
        for name in ("Hanna", "Andy", "Reg", "Nils")
    }


@pytest.fixture
def doings(people: dict[str, User]) -> None:
    """Let them do it: two events of the past, one to come."""
    conference = PastEventFactory.create(
        external_id="conf", title="Conference", start_at="2020-05-01T10:00:00Z", end_at=None
    )
    talk = PastEventFactory.create(external_id="talk", title="Talk", start_at="2022-05-01T10:00:00Z", end_at=None)
    coming = EventFactory.create(external_id="coming", title="Coming", max_capacity=1)
    host(people["Hanna"], conference)
    host(people["Hanna"], coming)
    attended(people["Andy"], conference)
    attended(people["Andy"], talk)
    attend(people["Reg"], coming)
    end_relation(relation=attend(people["Nils"], coming), actor=None, reason="test")
    add_relation(user=people["Hanna"], event=coming, role=Role.OWNER, actor=None, reason="test")


@pytest.mark.parametrize(
    ("tree", "found"),
    [
        ({"role": "host"}, ["Hanna"]),
        ({"role": "participant"}, ["Andy", "Reg"]),
        ({"role": ["host", "attendee"]}, ["Andy", "Hanna", "Reg"]),
        ({"event": "coming"}, ["Hanna", "Reg"]),
        ({"event": "talk", "role": "host"}, []),
        ({"event": "coming", "relation_status": "cancelled"}, ["Nils"]),
        ({"and": [{"event": "conf"}, {"role": "host"}]}, ["Andy", "Hanna"][1:]),
        ({"attended": {"event": "talk"}}, ["Andy"]),
        ({"attended": {"min": 2}}, ["Andy"]),
        ({"attended": {"min": 3}}, []),
        ({"attended": {"since": "2021-01-01", "min": 1}}, ["Andy"]),
        ({"attended": {"since": "2021-01-01", "min": 2}}, []),
        ({"attended": {"until": "2023-01-01", "min": 2, "max": 2}}, ["Andy"]),
        ({"attended": {"since": "2021-01-01", "max": 0}}, ["Hanna", "Nils", "Reg", "Sam"]),
        ({"attended": {"since": "2020-01-01", "max": 1}}, ["Hanna", "Nils", "Reg", "Sam"]),
        ({"attended": {"since": "2020-01-01", "min": 2, "max": 5}}, ["Andy"]),
        ({"attended": {"since": "2020-01-01", "min": 1, "max": 1}}, []),
        ({"attended": {"since": "2021-01-01", "min": 1, "max": 1}}, ["Andy"]),
        ({"attended": {"since": "2021-01-01", "min": 3, "max": 2}}, []),
        ({"or": [{"attended": {"event": "talk", "min": 0}}, {"hosted": {}}]}, ["Andy", "Hanna", "Nils", "Reg", "Sam"]),
        ({"not": {"hosted": {"since": "2000-01-01", "min": 2}}}, ["Andy", "Nils", "Reg", "Sam"]),
        ({"attended": {"max": 0}}, ["Hanna", "Nils", "Reg", "Sam"]),
        ({"hosted": {"min": 1, "max": 2}}, ["Hanna"]),
        ({"hosted": {"event": "conf"}}, ["Hanna"]),
        ({"registered": {"event": "coming"}}, ["Reg"]),
        ({"registered": {"event": "coming", "status": "cancelled"}}, ["Nils"]),
        ({"never_attended": True}, ["Hanna", "Nils", "Reg", "Sam"]),
        ({"never_attended": False}, ["Andy"]),
        ({"last_attended_since": "2021-01-01"}, ["Andy"]),
        ({"last_attended_until": "2021-01-01"}, []),
        ({"last_attended_until": "2023-01-01"}, ["Andy"]),
        ({"not": {"or": [{"role": "host"}, {"role": "attendee"}]}}, ["Nils", "Sam"]),
        ({"min_events_hosted": 2}, ["Hanna"]),
        ({"min_events_attended": 1, "max_events_attended": 2}, ["Andy"]),
    ],
)
@pytest.mark.parametrize("counted_at_once", [numbers.COUNTED_AT_ONCE, -1])
def test_people_are_filtered_by_what_they_did(
    client_of_staff: APIClient,
    doings: None,
    monkeypatch: pytest.MonkeyPatch,
    tree: dict[str, Any],
    found: list[str],
    counted_at_once: int,
) -> None:
    monkeypatch.setattr(numbers, "COUNTED_AT_ONCE", counted_at_once)
    assert names(client_of_staff.post(f"{PEOPLE}filter/", {"filter": tree})) == found


def test_parameters_say_the_same_as_bodies(client_of_staff: APIClient, doings: None) -> None:
    assert names(client_of_staff.get(f"{PEOPLE}?role=attendee&event=coming")) == ["Reg"]
    assert names(client_of_staff.get(PEOPLE, {"attended": '{"min": 2}'})) == ["Andy"]


@pytest.mark.parametrize(
    ("tree", "place"),
    [
        ({"role": "guest"}, "/filter/role"),
        ({"attended": 3}, "/filter/attended"),
        ({"attended": {"min": "2"}}, "/filter/attended/min"),
        ({"attended": {"mins": 2}}, "/filter/attended/mins"),
        ({"or": []}, "/filter/or"),
        ({"not": [1]}, "/filter/not"),
        ([], "/filter"),
        ({"attended": {"event": "nope"}}, "/filter/attended/event"),
        ({"or": [{"event": "talk"}, {"event": ["talk", "nope"], "role": "host"}]}, "/filter/or/1/event/1"),
    ],
)
def test_bad_filter_is_refused_with_its_place(client_of_staff: APIClient, doings: None, tree: Any, place: str) -> None:
    status, faults = problem(client_of_staff.post(f"{PEOPLE}filter/", {"filter": tree}))

    assert (status, [where for where, _code in faults]) == (400, [place])


@pytest.mark.parametrize(
    ("url", "parameter"),
    [
        (f"{PEOPLE}?event=nope&role=host", "event"),
        ("/api/v1/events/?host=nobody", "host"),
        ("/api/v1/relations/?user=nobody", "user"),
    ],
)
def test_id_of_nothing_in_the_address_is_refused(client_of_staff: APIClient, url: str, parameter: str) -> None:
    answer = client_of_staff.get(url)

    (fault,) = answer.json()["errors"]
    assert (answer.status_code, fault["parameter"], fault["code"]) == (400, parameter, "does_not_exist")
    assert fault["detail"].endswith("Name one that you can see, or leave this key out.")


def test_filters_see_no_more_than_their_caller(doings: None, people: dict[str, User], organizer: User) -> None:
    wanted = {"attended": {"until": "2100-01-01"}}
    found = {
        str(caller): [str(one) for one in User.objects.filter(people_filters.q(wanted, FilterContext(caller)))]
        for caller in (people["Andy"], people["Nils"], organizer)
    }

    assert found == {"Andy Andy": ["Andy Andy"], "Nils Nils": [], "Oscar Organizer": []}


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("role=host", ["Hanna"]),
        ("min_events=2&role=host", ["Hanna"]),
        ("min_events=3&role=host", []),
        ("min_events=1&max_events=1&role=owner", ["Hanna"]),
        ("min_events=2&role=owner", []),
        ("min_events=0&role=owner&never_attended=false", ["Andy"]),
        ("max_events=0&min_events=0&role=owner&city=", ["Andy", "Nils", "Reg", "Sam"]),
        ("min_events=2&role=participant", ["Andy"]),
        ("min_events=1&role=attendee&hosted=%7B%22min%22:1%7D", []),
        ('min_events=1&role=attendee&attended={"since":"2000-01-01T00:00:00+02:00"}', ["Andy"]),
    ],
)
def test_people_are_filtered_by_number_of_events(
    client_of_staff: APIClient, doings: None, query: str, found: list[str]
) -> None:
    assert names(client_of_staff.post(f"{PEOPLE}filter_by/?{query}")) == found


def test_filter_by_wants_a_role(client_of_staff: APIClient) -> None:
    assert problem(client_of_staff.post(f"{PEOPLE}filter_by/?min_events=2")) == (400, [("role", "required")])


def test_events_of_a_person(client_of_staff: APIClient, doings: None) -> None:
    url = f"{PEOPLE}hanna/events/"

    rows = client_of_staff.get(url).json()["results"]

    assert [(row["event_title"], row["role"], row["status"]) for row in rows] == [
        ("Conference", "host", "confirmed"),
        ("Coming", "host", "confirmed"),
        ("Coming", "owner", "confirmed"),
    ]
    assert sorted(rows[0]) == ["event_date", "event_id", "event_title", "role", "status"]
    assert rows[0]["event_date"] == "2020-05-01T10:00:00+00:00"
    for query, number in {"past=true": 1, "upcoming=true": 2, "role=owner": 1, "status=cancelled": 0}.items():
        assert len(client_of_staff.get(f"{url}?{query}").json()["results"]) == number


def test_people_of_an_event(client_of_staff: APIClient, doings: None) -> None:
    rows = client_of_staff.get("/api/v1/events/coming/users/?role=attendee").json()["results"]

    assert [(row["first_name"], row["status"]) for row in rows] == [("Reg", "confirmed"), ("Nils", "cancelled")]
    assert ",".join(rows[0]) == (
        "user_id,first_name,last_name,role,status,phone_number,email,job_title,company,city,state"
    )


@pytest.mark.parametrize("url", ["/api/v1/events/nothing/users/", f"{PEOPLE}nobody/events/"])
def test_lists_below_nothing_are_not_found(client_of_staff: APIClient, url: str) -> None:
    assert problem(client_of_staff.get(url)) == (404, [])


def test_events_are_filtered_by_host(client_of_staff: APIClient, doings: None) -> None:
    rows = client_of_staff.get("/api/v1/events/?host=hanna").json()["results"]

    assert [row["title"] for row in rows] == ["Coming", "Conference"]


def test_relation_is_added_once_and_ended(client_of_staff: APIClient, people: dict[str, User], staff: User) -> None:
    EventFactory.create(external_id="party")
    body = {"user_id": "andy", "event_id": "party", "role": "participant"}

    first = client_of_staff.post(RELATIONS, body)
    again = client_of_staff.post(RELATIONS, body)
    ended = client_of_staff.delete(f"{RELATIONS}{first.json()['id']}/")

    relation = UserEventRelation.objects.get()
    assert (first.status_code, again.status_code, ended.status_code) == (201, 200, 204)
    assert first.json() == again.json()
    assert (first.json()["role"], first.json()["status"], relation.status) == ("attendee", "confirmed", "cancelled")
    assert {row.actor for row in relation.transitions.all()} == {staff}


@pytest.mark.parametrize(
    ("changes", "answer"),
    [
        ({"user_id": "nobody"}, (400, [("/user_id", "does_not_exist")])),
        ({"event_id": 7}, (400, [("/event_id", "type")])),
        ({"role": "guest"}, (400, [("/role", "invalid_choice")])),
        ({"role": []}, (400, [("/role", "invalid_choice")])),
        ({"status": "maybe"}, (400, [("/status", "invalid_choice")])),
        ({"role": "host", "status": "waitlisted"}, (400, [("", "invalid")])),
        ({"status": "attended"}, (409, [])),
        ({"seq": 1, "colour": "red"}, (400, [("/colour", "unknown")])),
    ],
)
def test_bad_relation_is_refused(
    client_of_staff: APIClient, people: dict[str, User], changes: dict[str, Any], answer: Any
) -> None:
    EventFactory.create(external_id="party")

    response = client_of_staff.post(RELATIONS, {"user_id": "andy", "event_id": "party", "role": "attendee", **changes})

    assert problem(response) == answer
    assert UserEventRelation.objects.count() == 0


@pytest.mark.parametrize("number", [1, 3])
@pytest.mark.parametrize("path", ["relations/", "events/party/users/", "users/andy/events/"])
def test_lists_cost_the_same_however_long(
    client_of_staff: APIClient, people: dict[str, User], path: str, number: int, django_assert_max_num_queries: Any
) -> None:
    party = EventFactory.create(external_id="party")
    for _ in range(number):
        attend(UserFactory.create(), party)
        attend(people["Andy"], EventFactory.create())

    with django_assert_max_num_queries(2):
        client_of_staff.get(f"/api/v1/{path}")


@pytest.mark.parametrize(("query", "backwards"), [("", True), ("ordering=-id&", True), ("ordering=id&", False)])
def test_relations_are_listed_in_the_order_of_their_ids(
    client_of_staff: APIClient,
    doings: None,
    query: str,
    backwards: bool,  # noqa: FBT001  # a parameter
) -> None:
    walked, url = [], f"{RELATIONS}?{query}limit=3"
    while url:
        page = client_of_staff.get(url).json()
        walked += [relation["id"] for relation in page["results"]]
        url = page["next"]

    ids = [str(pk) for pk in UserEventRelation.objects.values_list("pk", flat=True)]
    assert len(walked) > 6
    assert walked == sorted(ids, reverse=backwards)
