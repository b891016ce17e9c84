"""What an import does to relations, seats, counts and the ledger."""

import io
from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.utils import timezone as clock

from events.imports import EventImport
from events.models import Event, EventStatus
from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import find_drift
from relations.imports import RelationImport
from relations.models import EventCapacity, RelationTransition, UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, attended, host
from users.imports.service import Options, Report
from users.models import User
from users.tests.factories import UserFactory
from users.tests.files import csv_file, errors, imported, numbers

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HEADER = "user_external_id,event_external_id,role,status"
BOTH_KEYS = "user_external_id,user_email,event_external_id,event_slug,role"


@pytest.fixture
def ann() -> User:
    return UserFactory.create(external_id="ann")


@pytest.fixture
def past() -> Event:
    return PastEventFactory.create(external_id="past", status=EventStatus.COMPLETED)


@pytest.fixture
def soon() -> Event:
    return EventFactory.create(external_id="soon")


def import_relations(folder: Path, *rows: str, options: Options | None = None) -> Report:
    return imported(csv_file(folder, HEADER, *rows), RelationImport(), options)


def stored() -> list[tuple[str | None, str, str]]:
    relations = UserEventRelation.objects.order_by("seq")
    return list(relations.values_list("user__external_id", "role", "status"))


def test_command_imports_relations(tmp_path: Path, ann: User, past: Event) -> None:
    out = io.StringIO()

    call_command("import_relations", str(csv_file(tmp_path, HEADER, "ann,past,attendee,attended")), stdout=out)

    assert "1 created" in out.getvalue()


def test_relations_count_and_write_the_ledger(tmp_path: Path, ann: User, past: Event) -> None:
    report = import_relations(tmp_path, "ann,past,host,confirmed", "ann,past,participant,attended")

    ann.refresh_from_db()
    assert numbers(report) == (2, 0, 0, 0)
    assert stored() == [("ann", "host", "confirmed"), ("ann", "attendee", "attended")]
    assert (ann.counts.hosted, ann.counts.attended, past.capacity.taken) == (1, 1, 1)
    assert RelationTransition.objects.filter(reason=f"import {report.record.pk}", actor=None).count() == 2
    assert find_drift() == []


def test_the_same_file_again_changes_nothing(tmp_path: Path, ann: User, past: Event) -> None:
    rows = ["ann,past,host,", "ann,past,attendee,no_show"]
    import_relations(tmp_path, *rows)

    assert numbers(import_relations(tmp_path, *rows)) == (0, 0, 2, 0)
    assert RelationTransition.objects.count() == 2


def test_people_and_events_may_be_named_by_uuid(tmp_path: Path, ann: User, past: Event) -> None:
    report = import_relations(tmp_path, f"{ann.pk},{past.pk.hex.upper()},attendee,attended")

    assert numbers(report) == (1, 0, 0, 0)


def test_people_and_events_may_be_named_by_email_and_slug(tmp_path: Path, ann: User, soon: Event) -> None:
    path = csv_file(tmp_path, "user_email,event_slug,role", f"{str(ann.email).upper()},{soon.slug},host")

    assert numbers(imported(path, RelationImport())) == (1, 0, 0, 0)
    assert stored() == [("ann", "host", "confirmed")]


def test_keys_that_agree_name_one_person_and_one_event(tmp_path: Path, ann: User, soon: Event) -> None:
    UserFactory.create(external_id=None, email="bob@example.com")
    rows = [
        f"ann,{ann.email},soon,{soon.slug},host",
        f"{ann.pk},,{soon.pk},{soon.slug},attendee",
        "not yet known,bob@example.com,soon,,attendee",
    ]

    report = imported(csv_file(tmp_path, BOTH_KEYS, *rows), RelationImport())

    assert numbers(report) == (3, 0, 0, 0)
    assert stored() == [("ann", "host", "confirmed"), ("ann", "attendee", "confirmed"), (None, "attendee", "confirmed")]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("ann,bob@example.com,soon,,host", "user_external_id and user_email belong to two different persons"),
        ("ann,,soon,past-one,host", "event_external_id and event_slug belong to two different events"),
        ("cid,bob@example.com,soon,,host", "no person has this user_external_id"),
        ("0192d3a0-0000-7000-8000-000000000000,dan@example.com,soon,,host", "no person has this user_external_id"),
        (",cid@example.com,soon,,host", "no person has this user_email"),
        ("ann,,,no-slug,host", "no event has this event_slug"),
        ("ann,,new,past-one,host", "no event has this event_external_id"),
        (",nobody,soon,,host", "user_email: Enter a valid email address."),
    ],
)
def test_keys_that_name_nobody_or_two(tmp_path: Path, ann: User, soon: Event, row: str, reason: str) -> None:
    UserFactory.create(external_id="bob", email="bob@example.com")
    UserFactory.create(external_id=None, email="dan@example.com")
    PastEventFactory.create(external_id="past", slug="past-one")

    report = imported(csv_file(tmp_path, BOTH_KEYS, row), RelationImport())

    assert errors(report) == [f"2,{reason},{row}"]
    assert stored() == []


def test_places_follow_the_lines_of_the_file(tmp_path: Path) -> None:
    names = ["cid", "ann", "bob"]
    for name in names:
        UserFactory.create(external_id=name)
    EventFactory.create(external_id="full", max_capacity=0)

    import_relations(tmp_path, *(f"{name},full,attendee,waitlisted" for name in names))

    assert [name for name, _role, _status in stored()] == names
    assert EventCapacity.objects.values_list("waiting", "next_seq").get() == (3, 4)


def test_status_of_a_live_registration_is_changed(tmp_path: Path, ann: User, soon: Event) -> None:
    attend(ann, soon)

    report = import_relations(tmp_path, "ann,soon,attendee,cancelled")

    assert numbers(report) == (0, 1, 0, 0)
    assert stored() == [("ann", "attendee", "cancelled")]
    assert RelationTransition.objects.latest("id").from_status == "confirmed"


def test_registration_that_ended_stays_and_a_live_one_is_a_new_row(tmp_path: Path, ann: User, soon: Event) -> None:
    import_relations(tmp_path, "ann,soon,attendee,cancelled")

    report = import_relations(tmp_path, "ann,soon,attendee,confirmed")

    assert numbers(report) == (1, 0, 0, 0)
    assert stored() == [("ann", "attendee", "cancelled"), ("ann", "attendee", "confirmed")]


def test_host_who_was_cancelled_is_confirmed_in_the_same_row(tmp_path: Path, ann: User, soon: Event) -> None:
    import_relations(tmp_path, "ann,soon,host,cancelled")

    report = import_relations(tmp_path, "ann,soon,host,confirmed")

    assert numbers(report) == (0, 1, 0, 0)
    assert stored() == [("ann", "host", "confirmed")]


def test_empty_status_keeps_the_stored_one_and_confirms_a_newcomer(tmp_path: Path, ann: User, soon: Event) -> None:
    import_relations(tmp_path, "ann,soon,attendee,pending")
    UserFactory.create(external_id="bob")

    report = import_relations(tmp_path, "ann,soon,attendee,", "bob,soon,attendee,")

    assert numbers(report) == (1, 0, 1, 0)
    assert stored() == [("ann", "attendee", "pending"), ("bob", "attendee", "confirmed")]


def test_empty_status_leaves_who_cancelled_since_as_they_are(tmp_path: Path, ann: User, soon: Event) -> None:
    import_relations(tmp_path, "ann,soon,attendee,")
    end_relation(relation=UserEventRelation.objects.get(), actor=None, reason="ill")

    again = import_relations(tmp_path, "ann,soon,attendee,")

    assert numbers(again) == (0, 0, 1, 0)
    assert stored() == [("ann", "attendee", "cancelled")]


@pytest.mark.parametrize("capacity", [None, 10])
def test_who_waits_in_the_file_is_let_in_where_there_is_room(tmp_path: Path, ann: User, capacity: int | None) -> None:
    event = EventFactory.create(external_id="roomy", max_capacity=capacity)

    first = import_relations(tmp_path, "ann,roomy,attendee,waitlisted")
    again = import_relations(tmp_path, "ann,roomy,attendee,waitlisted")

    assert (numbers(first), numbers(again)) == ((1, 0, 0, 0), (0, 0, 1, 0))
    assert stored() == [("ann", "attendee", "confirmed")]
    assert [line.reason for line in RelationTransition.objects.order_by("id")] == [
        f"import {first.record.pk}",
        "promoted: a place became free",
    ]
    assert attend(UserFactory.create(), event).status == "confirmed"


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_who_waits_in_the_file_takes_no_place_of_a_later_row(tmp_path: Path, ann: User, batch_rows: int) -> None:
    UserFactory.create(external_id="bob")
    EventFactory.create(external_id="small", max_capacity=1)
    rows = ["ann,small,attendee,waitlisted", "bob,small,attendee,confirmed"]

    import_relations(tmp_path, *rows, options=Options(batch_rows=batch_rows))

    assert stored() == [("ann", "attendee", "waitlisted"), ("bob", "attendee", "confirmed")]


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.COMPLETED])
def test_no_import_lets_anybody_into_a_closed_event(tmp_path: Path, ann: User, status: EventStatus) -> None:
    event = EventFactory.create(external_id="shut", max_capacity=1)
    attend(UserFactory.create(external_id="bob"), event)
    attend(ann, event)
    Event.objects.update(status=status)

    import_relations(tmp_path, "bob,shut,attendee,cancelled")

    assert stored() == [("bob", "attendee", "cancelled"), ("ann", "attendee", "waitlisted")]


def test_ended_status_of_a_live_registration_that_never_had_it_is_an_error(
    tmp_path: Path, ann: User, soon: Event
) -> None:
    attend(ann, soon)

    report = import_relations(tmp_path, "ann,soon,attendee,declined")

    assert errors(report) == ["2,what is stored cannot become this; cancel it first,ann,soon,attendee,declined"]
    assert stored() == [("ann", "attendee", "confirmed")]


def test_file_without_status(tmp_path: Path, ann: User, soon: Event) -> None:
    path = csv_file(tmp_path, "user_external_id,event_external_id,role", "ann,soon,host")

    assert numbers(imported(path, RelationImport())) == (1, 0, 0, 0)


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("nobody,soon,host,", "no person has this user_external_id"),
        ("ann,nowhere,host,", "no event has this event_external_id"),
        ("0192d3a0-0000-7000-8000-000000000000,soon,host,", "no person has this user_external_id"),
        (",soon,host,", "has neither user_external_id nor user_email"),
        ("ann,,host,", "has neither event_external_id nor event_slug"),
        ("ann,soon,speaker,", "role: “speaker” is none of owner, host, attendee, participant"),
        ("ann,soon,host,waitlisted", '"status: who is host is confirmed, attended or cancelled, not waitlisted"'),
        ("ann,soon,attendee,here", "status: “here” is none of"),
        ("ann,soon,attendee,attended", "the event has not begun: nobody has attended or missed it"),
        ("ann,soon,attendee,no_show", "the event has not begun: nobody has attended or missed it"),
        ("ann,soon,host,attended", "the event has not begun: nobody has attended or missed it"),
        ("ann,draft,attendee,expired", "the event is a draft or cancelled and takes nobody"),
        ("ann,past,attendee,confirmed", "the event is over; say attended"),
        ("ann,draft,attendee,confirmed", "the event is a draft or cancelled and takes nobody"),
        (f"{'x' * 201},soon,host,", "user_external_id: 201 characters; at most 200 fit"),
    ],
)
def test_row_that_cannot_be(tmp_path: Path, ann: User, soon: Event, past: Event, row: str, reason: str) -> None:
    EventFactory.create(external_id="draft", status=EventStatus.DRAFT)

    report = import_relations(tmp_path, row)

    assert numbers(report) == (0, 0, 0, 1)
    assert reason in errors(report)[0]
    assert stored() == []


def test_stored_status_that_the_guards_would_refuse_now_is_unchanged(tmp_path: Path, ann: User, soon: Event) -> None:
    attend(ann, soon)
    Event.objects.update(start_at=clock.now() - timedelta(days=2), end_at=clock.now() - timedelta(days=1))

    assert numbers(import_relations(tmp_path, "ann,soon,attendee,confirmed")) == (0, 0, 1, 0)


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_same_relation_twice_in_the_file_is_an_error(tmp_path: Path, ann: User, soon: Event, batch_rows: int) -> None:
    rows = ["ann,soon,attendee,cancelled", f"{ann.pk},soon,attendee,confirmed"]

    report = import_relations(tmp_path, *rows, options=Options(batch_rows=batch_rows))

    assert numbers(report) == (1, 0, 0, 1)
    assert errors(report)[0].startswith('3,"line 2 is about the same person, event and role already"')


def test_second_owner_is_an_error(tmp_path: Path, ann: User, soon: Event) -> None:
    UserFactory.create(external_id="bob")

    report = import_relations(tmp_path, "ann,soon,owner,", "bob,soon,owner,")

    assert stored() == [("ann", "owner", "confirmed")]
    assert errors(report) == ["3,the event has another owner already,bob,soon,owner,"]


def test_owner_may_change_within_a_file(tmp_path: Path, ann: User, soon: Event) -> None:
    UserFactory.create(external_id="bob")
    import_relations(tmp_path, "ann,soon,owner,")

    report = import_relations(tmp_path, "ann,soon,owner,cancelled", "bob,soon,owner,confirmed")

    assert numbers(report) == (1, 1, 0, 0)


def test_event_without_its_capacity_row_is_an_error(tmp_path: Path, ann: User, soon: Event) -> None:
    EventCapacity.objects.all().delete()

    report = import_relations(tmp_path, "ann,soon,host,")

    assert "run check_counts --repair" in errors(report)[0]


def test_import_may_exceed_the_capacity_and_says_so(tmp_path: Path) -> None:
    for number in range(12):
        EventFactory.create(external_id=f"e{number}", title=f"Event {number}", max_capacity=1)
    people = [UserFactory.create(external_id=name) for name in ("ann", "bob")]
    rows = [f"{person.external_id},e{number},attendee,confirmed" for person in people for number in range(12)]

    report = import_relations(tmp_path, *rows)

    assert numbers(report) == (24, 0, 0, 0)
    assert report.remarks[:2] == ["12 events hold more people than their capacity:", "  Event 0: 2 of 1"]
    assert report.remarks[-1] == "  and 2 more"
    assert find_drift() == []


def test_seat_that_an_import_frees_goes_to_the_head_of_the_queue(tmp_path: Path, ann: User) -> None:
    full = EventFactory.create(external_id="full", max_capacity=1)
    attend(ann, full)
    first, second = UserFactory.create(external_id="bob"), UserFactory.create(external_id="cid")
    attend(first, full)
    attend(second, full)

    import_relations(tmp_path, "ann,full,attendee,cancelled")

    assert stored() == [
        ("ann", "attendee", "cancelled"),
        ("bob", "attendee", "confirmed"),
        ("cid", "attendee", "waitlisted"),
    ]


def test_capacity_that_an_import_raises_lets_the_queue_in(tmp_path: Path, ann: User) -> None:
    full = EventFactory.create(external_id="full", max_capacity=1)
    attend(UserFactory.create(external_id="bob"), full)
    waiting = attend(ann, full)
    row = f"full,{full.title},{full.start_at.isoformat()},2"

    imported(csv_file(tmp_path, "external_id,title,start_at,max_capacity", row), EventImport())

    waiting.refresh_from_db()
    assert waiting.status == "confirmed"


def test_dry_run_leaves_counts_and_ledger_alone(tmp_path: Path, ann: User, past: Event) -> None:
    report = import_relations(tmp_path, "ann,past,attendee,attended", options=Options(dry_run=True))

    ann.refresh_from_db()
    assert numbers(report) == (1, 0, 0, 0)
    assert (ann.counts.attended, RelationTransition.objects.count()) == (0, 0)


def test_import_adds_to_what_is_there(tmp_path: Path, ann: User, past: Event) -> None:
    bob = UserFactory.create(external_id="bob")
    host(ann, past)
    attended(bob, past)

    import_relations(tmp_path, "ann,past,attendee,attended")

    assert stored() == [
        ("ann", "host", "confirmed"),
        ("bob", "attendee", "attended"),
        ("ann", "attendee", "attended"),
    ]
    assert find_drift() == []
