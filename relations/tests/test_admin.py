"""Relations in the admin: their list, the tabs of people and events, adding and ending."""

from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, attended, host
from users.admin import newest
from users.models import User
from users.tests.factories import UserFactory

LIST = reverse("admin:relations_usereventrelation_changelist")
ADD = reverse("admin:relations_usereventrelation_add")


def panel(record: User | Event | UserEventRelation, slug: str) -> str:
    return reverse(f"admin:{record._meta.app_label}_{record._meta.model_name}_panel", args=[record.pk, slug])


def page(relation: UserEventRelation, view: str) -> str:
    return reverse(f"admin:relations_usereventrelation_{view}", args=[relation.pk])


def rows(client: Client, address: str) -> list[list[Any]]:
    found: list[list[Any]] = client.get(address).context["table"]["rows"]
    return found


def said(answer: Any) -> list[str]:
    return [str(message) for message in answer.context["messages"]]


@pytest.mark.parametrize("address", ["list", "event", "person"])
def test_rows_at_one_and_three_ask_as_often(admin_of_staff: Client, address: str) -> None:
    event, person = EventFactory.create(), UserFactory.create()
    place = {"list": LIST, "event": panel(event, "people"), "person": panel(person, "events")}[address]
    attend(person, event)
    admin_of_staff.get(place)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(place)
    for _number in range(2):
        attend(UserFactory.create(), event)
        attend(person, EventFactory.create())
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(place)
    assert len(at_three) == len(at_one)


@pytest.mark.parametrize(
    ("query", "names"),
    [
        ("", ["Bob", "Ann", "Ann"]),
        ("?role=host", ["Ann"]),
        ("?status=attended", ["Ann"]),
        ("?when=upcoming", ["Bob", "Ann"]),
        ("?q=bobby", ["Bob"]),
        ("?user={ann}", ["Ann", "Ann"]),
        ("?event={ahead}&role=attendee", ["Bob"]),
    ],
)
def test_list_with_a_filter(admin_of_staff: Client, query: str, names: list[str]) -> None:
    ann, bob = UserFactory.create(first_name="Ann"), UserFactory.create(first_name="Bob", last_name="Bobby")
    ahead = EventFactory.create()
    attended(ann, PastEventFactory.create())
    host(ann, ahead)
    attend(bob, ahead)
    found = admin_of_staff.get(LIST + query.format(ann=ann.pk, ahead=ahead.pk)).context["cl"].result_list
    assert [relation.user.first_name for relation in found] == names


def test_list_of_an_event_that_there_is_not_says_so(admin_of_staff: Client) -> None:
    answer = admin_of_staff.get(LIST + "?event=nothing", follow=True)

    assert "No such event: “nothing”" in said(answer)[0]


def test_list_with_a_loose_filter_looks_at_the_newest(admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(newest, "NEWEST", 1)
    event = EventFactory.create()
    attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)
    answer = admin_of_staff.get(LIST + "?role=attendee")
    assert len(answer.context["cl"].result_list) == 1
    assert "newest 1" in said(answer)[0]


def test_people_by_a_role_held_in_any_event(admin_of_staff: Client) -> None:
    ann = UserFactory.create(first_name="Ann")
    host(ann, EventFactory.create())
    attend(UserFactory.create(), EventFactory.create())
    answer = admin_of_staff.get(reverse("admin:users_user_changelist") + "?role=host")
    assert list(answer.context["cl"].result_list) == [ann]


def test_people_of_an_event_by_role_and_status(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    for first_name in ("Ann", "Bob"):
        attend(UserFactory.create(first_name=first_name), event)
    answer = admin_of_staff.get(panel(event, "people") + "?state=waitlisted")
    assert [choice.title for choice in answer.context["choices"]] == ["all 2", "confirmed 1", "waitlisted 1"]
    assert [("Bob" in row[0], "place 1" in row[1]) for row in answer.context["table"]["rows"]] == [(True, True)]


def test_people_of_an_event_page_by_page(admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("relations.admin.people.PeopleOfEvent.per_page", 2)
    event = EventFactory.create()
    for _number in range(3):
        attend(UserFactory.create(), event)
    first, second = (admin_of_staff.get(panel(event, "people") + f"?page={page}") for page in (1, 2))
    assert (len(first.context["table"]["rows"]), first.context["previous"], first.context["next"]) == (2, "", "?page=2")
    assert (len(second.context["table"]["rows"]), second.context["next"]) == (1, "")


def test_events_of_a_person_by_role(admin_of_staff: Client) -> None:
    person, event = UserFactory.create(), EventFactory.create(title="PyCon")
    host(person, event)
    attend(person, EventFactory.create())
    assert ["PyCon" in row[0] for row in rows(admin_of_staff, panel(person, "events") + "?role=host")] == [True]


def test_ledger_tells_who_and_why(admin_of_staff: Client, staff: User) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    end_relation(relation=relation, actor=staff, reason="fell ill")
    ledger = rows(admin_of_staff, panel(relation, "history"))
    assert [(row[1], "Sam Staff" in row[3], row[4]) for row in ledger] == [
        ("confirmed", True, "fell ill"),
        ("new", False, "test"),
    ]


def test_adding_a_person_to_a_full_event_queues_them(admin_of_staff: Client, staff: User) -> None:
    event, person = EventFactory.create(max_capacity=0), UserFactory.create()
    form = {"event": event.pk, "user": person.pk, "role": "attendee", "reason": "by phone"}
    answer = admin_of_staff.post(ADD, form)
    relation = UserEventRelation.objects.get()
    assert (relation.status, relation.transitions.get().reason) == ("waitlisted", "by phone")
    assert relation.transitions.get().actor == staff
    assert answer.url == panel(event, "people") + "?state=waitlisted"  # type: ignore[attr-defined]  # a redirect


def test_adding_somebody_who_is_in(admin_of_staff: Client) -> None:
    event, person = EventFactory.create(), UserFactory.create()
    attend(person, event)
    form = {"event": event.pk, "user": person.pk, "role": "attendee", "reason": "again"}
    assert "was so already" in said(admin_of_staff.post(ADD, form, follow=True))[0]


def test_adding_a_person_to_an_event_that_is_over_is_refused_in_words(admin_of_staff: Client) -> None:
    form = {"event": PastEventFactory.create().pk, "user": UserFactory.create().pk, "role": "attendee", "reason": "x"}
    answer = admin_of_staff.post(ADD, form)
    assert "is over" in str(answer.context["form"].non_field_errors())


@pytest.mark.parametrize("key", ["abc", "7", "\0", "0192d3a0-0000-7000-8000-000000000000"])
def test_adding_to_what_is_no_event_is_an_error_of_the_form(admin_of_staff: Client, key: str) -> None:
    form = {"event": key, "user": UserFactory.create().pk, "role": "attendee", "reason": "x"}
    answer = admin_of_staff.post(ADD, form)
    assert (answer.status_code, [*answer.context["form"].errors]) == (200, ["event"])


def test_adding_begins_with_the_event_that_it_was_called_from(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    form = admin_of_staff.get(ADD, {"event": str(event.pk), "user": "nobody"}).context["form"]
    assert form.initial == {"event": event.pk}


def test_ending_a_relation_promotes_the_next(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    first, second = (attend(UserFactory.create(), event) for _number in range(2))
    admin_of_staff.post(page(first, "end"), {"reason": "fell ill"})
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.status, second.status) == ("cancelled", "confirmed")


def test_ending_a_relation_without_a_reason(admin_of_staff: Client) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    assert "reason" in admin_of_staff.post(page(relation, "end"), {}).context["form"].errors


def test_ending_what_does_not_exist(admin_of_staff: Client) -> None:
    assert admin_of_staff.get(LIST + "nothing/end/").status_code == 404


def test_relation_has_no_form_to_save(admin_of_staff: Client) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    answer = admin_of_staff.get(page(relation, "change"))
    assert [str(link.title) for link in answer.context["record_links"]] == ["End"]
    assert admin_of_staff.post(page(relation, "change"), {"status": "attended"}).status_code == 302
    relation.refresh_from_db()
    assert relation.status == "confirmed"


def test_relation_cannot_be_deleted(admin_of_staff: Client) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())
    assert admin_of_staff.post(page(relation, "delete"), {"post": "yes"}).status_code == 403


def test_staff_who_may_only_look_are_offered_nothing(db: None) -> None:
    client = Client()
    client.force_login(UserFactory.create(roles=["agent"]))
    relation = attend(UserFactory.create(), EventFactory.create())
    people = client.get(panel(relation.event, "people"))
    assert (people.context["actions"], people.context["table"]["rows"][0][-1]) == ([], "")
    assert [client.get(place).status_code for place in (ADD, page(relation, "end"))] == [403, 403]


def test_somebody_who_has_to_wait_is_not_said_to_be_in(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    fields = {"event": event.pk, "user": UserFactory.create().pk, "role": "attendee", "reason": "asked"}
    answer = admin_of_staff.post(ADD, fields, follow=True)
    assert [message.level_tag for message in answer.context["messages"]] == ["warning"]
    assert "they wait for a place" in answer.content.decode()


def test_event_that_others_lead_is_shown_in_its_zone_and_without_its_people(organizer: User) -> None:
    event = EventFactory.create(start_at=datetime(2030, 5, 1, 23, tzinfo=UTC), end_at=None, timezone="Asia/Tokyo")
    attend(UserFactory.create(first_name="Hidden"), event)
    client = Client()
    client.force_login(organizer)
    details = client.get(reverse("admin:events_event_change", args=[event.pk])).content.decode()
    people = client.get(panel(event, "people"))
    assert "2 May 2030, 08:00 JST" in details
    assert (people.context["actions"], people.context["table"]["rows"]) == ([], [])
    assert "known to those who lead this event" in people.content.decode()
