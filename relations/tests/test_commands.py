"""The commands of registration: what they show, what they refuse, and that a dry run stores nothing."""

import csv
import json
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import RelationTransition, Settlement, Status, UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, attended
from relations.tickets import ticket_address, ticket_code
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def run(*arguments: str, **options: Any) -> tuple[str, int, str]:
    """Return what the command shows, its exit status and what it says of errors."""
    out, err = StringIO(), StringIO()
    try:
        call_command(*arguments, stdout=out, stderr=err, **options)
    except CommandError as error:
        return out.getvalue(), error.returncode, str(error)
    return out.getvalue(), 0, err.getvalue().strip()


def rows(*arguments: str) -> tuple[list[dict[str, Any]], int]:
    """Return the rows that a command shows as JSON, and its exit status."""
    out, code, _said = run(*arguments, "--format", "json")
    return json.loads(out), code


def statuses(event: Event) -> list[str]:
    return list(event.relations.order_by("seq").values_list("status", flat=True))


@pytest.fixture
def party() -> Event:
    """Return an event with two places that begins in an hour."""
    return EventFactory.create(
        slug="party", external_id="p-1", title="Party", max_capacity=2, start_at=clock.now() + timedelta(hours=1)
    )


def test_register_takes_ids_external_ids_and_addresses(party: Event) -> None:
    ada = UserFactory.create(first_name="Ada", last_name="One", email="ada@example.com")
    ben, cleo = UserFactory.create(external_id="ben"), UserFactory.create()

    shown, code = rows("register", "p-1", "ADA@example.com", "ben", str(cleo.pk), "ada@example.com")

    assert code == 0
    assert [(row["status"], row["place"], row["new"]) for row in shown] == [
        ("confirmed", None, True),
        ("confirmed", None, True),
        ("waitlisted", 1, True),
        ("confirmed", None, False),
    ]
    assert shown[0]["person"] == "Ada One"
    line = RelationTransition.objects.get(relation__user=ben)
    assert (line.reason, line.actor) == ("registered by a command", None)
    assert ada.relations.count() == 1


def test_register_shows_a_table_and_says_what_was_refused(party: Event) -> None:
    Event.objects.filter(pk=party.pk).update(waitlist_enabled=False)
    for person in UserFactory.create_batch(2):
        attend(person, party)
    UserFactory.create(first_name="Ada", last_name="One", email="ada@example.com")

    out, code, said = run("register", "party", "ada@example.com")

    assert out.splitlines() == [
        "person   email            status  place  new  refused",
        "Ada One  ada@example.com                 no   “Party” is full and keeps no waitlist.",
    ]
    assert (code, said) == (1, "1 of 1 refused; see the last column.")


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["register", "nowhere", "x"], "No such event: 'nowhere'. Give its id, external_id or slug."),
        (["register", "party", "x", "y@example.com"], "Nobody is 'x', 'y@example.com'."),
        (["check_in", "party"], "Name people, or a --ticket."),
        (["check_in", "party", "x\0"], "Nobody is 'x\\x00'."),
        (["promote", "no\0where"], "No such event: 'no\\x00where'."),
        (["event_report", "nowhere"], "No such event: 'nowhere'."),
    ],
)
def test_names_of_nothing_are_bad_arguments(party: Event, arguments: list[str], said: str) -> None:
    out, code, found = run(*arguments)

    assert (out, code) == ("", 2)
    assert found.startswith(said)


@pytest.mark.parametrize(
    "arguments",
    [
        ["promote"],
        ["promote", "party", "--all"],
        ["register", "party"],
        ["close_events", "--after", "-1"],
        ["close_events", "--after", "nan"],
        ["close_events", "--outcome", "cancelled"],
        ["event_report", "party", "--risk", "2"],
        ["event_report", "party", "--risk", "much"],
        ["event_report", "party", "--format", "xml"],
    ],
)
def test_bad_arguments_are_refused_before_anything_is_done(party: Event, arguments: list[str]) -> None:
    with pytest.raises(CommandError):
        call_command(*arguments)


def test_nobody_is_registered_where_one_name_is_wrong(party: Event) -> None:
    UserFactory.create(external_id="ben")

    assert run("register", "party", "ben", "nobody")[1] == 2
    assert statuses(party) == []


def test_dry_run_tells_what_would_happen_and_stores_nothing(party: Event) -> None:
    people = [person.email or "" for person in UserFactory.create_batch(3)]

    out, code, said = run("register", "party", *people, "--dry-run", "--format", "csv")

    shown = [(row["status"], row["place"]) for row in csv.DictReader(StringIO(out))]
    assert shown == [("confirmed", ""), ("confirmed", ""), ("waitlisted", "1")]
    assert (code, said) == (0, "Dry run: nothing was stored.")
    assert statuses(party) == []


def test_check_in_by_name_and_by_ticket(party: Event) -> None:
    ada, ben, cleo = UserFactory.create_batch(3)
    tickets = [attend(person, party).pk for person in (ada, ben, cleo)]

    by_name, first = rows("check_in", "party", str(ada.pk), str(ada.pk), str(cleo.pk))
    by_ticket, second = rows("check_in", "party", "--ticket", ticket_code(tickets[1]), "--ticket", "rubbish")

    assert [(row["status"], row["new"], bool(row["refused"])) for row in by_name] == [
        ("attended", True, False),
        ("attended", False, False),
        ("waitlisted", False, True),
    ]
    assert [(row["status"], row["new"], row["refused"]) for row in by_ticket] == [
        ("attended", True, ""),
        ("", False, "This is no ticket of ours."),
    ]
    assert (first, second) == (1, 1)
    assert statuses(party) == ["attended", "attended", "waitlisted"]


def test_ticket_for_another_event_lets_nobody_in(party: Event) -> None:
    elsewhere = EventFactory.create(title="Elsewhere", start_at=clock.now() + timedelta(hours=1))
    relation = attend(UserFactory.create(), elsewhere)

    shown, code = rows("check_in", "party", "--ticket", ticket_address(relation.pk))

    assert code == 1
    assert shown[0]["refused"] == "This ticket is for another event: “Elsewhere”."
    assert statuses(elsewhere) == ["confirmed"]


def test_who_is_not_registered_is_not_checked_in(party: Event) -> None:
    shown, code = rows("check_in", "party", str(UserFactory.create().pk))

    assert code == 1
    assert shown[0]["refused"] == "Is not registered for “Party”. Register them first."


def test_who_registered_again_is_checked_in_by_the_live_registration(party: Event) -> None:
    person = UserFactory.create()
    end_relation(relation=attend(person, party), actor=None, reason="test")
    attend(person, party)

    shown, code = rows("check_in", "party", str(person.pk))

    assert (shown[0]["status"], code) == ("attended", 0)


def with_room_before_a_queue(party: Event) -> None:
    """Leave places free that nobody gave to the queue, as an unfinished import may."""
    for person in UserFactory.create_batch(4):
        attend(person, party)
    Event.objects.filter(pk=party.pk).update(max_capacity=3)


def test_promote_serves_the_queue_in_its_order(party: Event) -> None:
    with_room_before_a_queue(party)

    rehearsed, _code = rows("promote", "party", "--dry-run")
    shown, code = rows("promote", "--all")
    again, _code = rows("promote", "party")

    assert shown == rehearsed
    assert [(row["title"], row["promoted"], row["waiting"], row["taken"], row["capacity"]) for row in shown] == [
        ("Party", 1, 1, 3, 3)
    ]
    assert (code, again[0]["promoted"]) == (0, 0)
    assert statuses(party) == ["confirmed", "confirmed", "confirmed", "waitlisted"]


def test_promote_says_that_no_queue_moves(party: Event) -> None:
    assert run("promote", "--all") == ("No queue has room before it.\n", 0, "")
    assert run("promote", "--all", "--format", "json") == ("[]\n", 0, "")


def closing() -> tuple[Event, Event, Event]:
    """Return an event that ended a month ago, one of two hours ago and one to come, each with two people."""
    now = clock.now()
    month, hours, coming = (
        EventFactory.create(start_at=now + timedelta(days=1)),
        EventFactory.create(start_at=now + timedelta(days=1)),
        EventFactory.create(),
    )
    for event in (month, hours, coming):
        for person in UserFactory.create_batch(2):
            attend(person, event)
    for event, ago in ((month, timedelta(days=30)), (hours, timedelta(hours=2))):
        Event.objects.filter(pk=event.pk).update(start_at=now - ago - timedelta(hours=1), end_at=now - ago)
    return month, hours, coming


def test_close_events_settles_those_that_ended_long_enough_ago() -> None:
    month, hours, coming = closing()

    shown, code = rows("close_events")

    assert code == 0
    assert [(row["event"], row["attended"], row["no_show"]) for row in shown] == [(str(month.pk), 2, 0)]
    assert [statuses(event)[0] for event in (month, hours, coming)] == ["attended", "confirmed", "confirmed"]
    assert not Settlement.objects.exists()
    assert rows("close_events") == ([], 0)


def test_close_events_takes_hours_and_an_outcome() -> None:
    month, hours, coming = closing()

    rehearsed, _code = rows("close_events", "--after", "1", "--outcome", "no_show", "--dry-run")
    assert statuses(month) == ["confirmed", "confirmed"]
    shown, code = rows("close_events", "--after", "1", "--outcome", "no_show")

    assert (shown, code) == (rehearsed, 0)
    assert [(row["event"], row["attended"], row["no_show"]) for row in shown] == [
        (str(month.pk), 0, 2),
        (str(hours.pk), 0, 2),
    ]
    assert statuses(coming) == ["confirmed", "confirmed"]


@pytest.mark.parametrize("checked_in", [False, True])
def test_rehearsed_close_tells_what_would_happen_and_locks_nothing(
    checked_in: bool,  # noqa: FBT001  # a case, not a switch
) -> None:
    month, _hours, _coming = closing()
    if checked_in:
        attended(UserFactory.create(), month)

    with CaptureQueriesContext(connection) as queries:
        rehearsed, _code = rows("close_events", "--dry-run")

    assert {query["sql"].partition(" ")[0] for query in queries} == {"SELECT"}
    assert not any(" FOR " in query["sql"] for query in queries)
    assert rehearsed == rows("close_events")[0]
    assert [(row["attended"], row["no_show"]) for row in rehearsed] == [(1, 2) if checked_in else (2, 0)]


def test_cells_that_spreadsheets_take_for_formulas_are_quoted(party: Event) -> None:
    UserFactory.create(first_name="=1+1", last_name="", external_id="f")

    out, _code, _said = run("register", "party", "f", "--format", "csv")

    assert next(csv.DictReader(StringIO(out)))["person"] == "'=1+1"


def test_report_in_words() -> None:
    event = PastEventFactory.create(title="Talk\x1b[2J", slug="talk", max_capacity=10)
    for person in UserFactory.create_batch(2):
        attended(person, event)

    out, code, _said = run("event_report", "talk")

    assert code == 0
    lines = out.splitlines()
    assert lines[0].startswith("Talk�[2J, ")
    assert lines[1:5] == [
        "  seats         2 of 10 taken, 0 waiting",
        "  registrations 2 attended",
        "  came          100% (2 of 2)",
        "  newcomers     2, and 0 who attended before",
    ]


def test_report_as_json_and_csv_says_the_same_figures(party: Event) -> None:
    for person in UserFactory.create_batch(3):
        attend(person, party)

    found = json.loads(run("event_report", "party", "--format", "json")[0])
    cells = list(csv.DictReader(StringIO(run("event_report", "party", "--format", "csv")[0])))

    assert (found["taken"], found["waiting"], found["title"]) == (2, 1, "Party")
    figures = {row["figure"]: row["value"] for row in cells}
    assert (figures["taken"], figures["by_status.waitlisted"], figures["show_rate.rate"]) == ("2", "1", "")
    assert figures["timeline.buckets.0.registered"] == "3"
    assert found["overbooking"]["let_in"] is None


def test_report_says_that_too_little_is_known(party: Event) -> None:
    out = run("event_report", "party")[0]

    assert "too little is known: 0 registrations" in out
    assert UserEventRelation.objects.filter(status=Status.CONFIRMED).count() == 0
