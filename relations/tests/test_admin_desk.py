"""The desk of an event: how full it is, who waits and why, and each button for each role."""

import re
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import timezone as clock

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import Status
from relations.registration import check_in, register
from relations.services import end_relation
from relations.tests.desk import page, panel, registered, running, said, signed_in, statuses, step
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.factories import UserFactory

ADDRESS = "Calendar address"


def test_list_of_events_leads_to_the_desk(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    shown = admin_of_staff.get(reverse("admin:events_event_changelist")).content.decode()
    tabs = admin_of_staff.get(panel(event, "desk")).context["record_tabs"]
    assert panel(event, "desk") in shown
    assert [str(tab["title"]) for tab in tabs][:4] == ["Desk", "People", "Statistics", "Details"]


def test_desk_tells_how_full_it_is_and_who_is_next(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=2)
    registered(event, 2)
    first = attend(UserFactory.create(first_name="Ann"), event)
    context = admin_of_staff.get(panel(event, "desk")).context
    assert "2 of 2 places taken · 1 waiting" in context["room"]
    assert list(context["queue"].head) == [first]
    assert "2 of 2 places are taken" in context["queue"].standstill
    assert [(str(card["title"]), card["figure"]) for card in context["cards"]] == [
        ("confirmed", "2"),
        ("waitlisted", "1"),
    ]


def test_desk_says_plainly_by_how_many_it_is_over_capacity(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=3)
    registered(event, 4)
    update_event(event=event, changes={"max_capacity": 1}, actor=None)
    context = admin_of_staff.get(panel(event, "desk")).context
    assert context["notices"] == [
        "Over capacity by 2: nobody lost a place, and nobody gets one until so many have left."
    ]
    assert "over capacity by 2" in context["queue"].standstill


def test_desk_of_an_event_without_a_limit(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=None)
    registered(event, 2)
    assert "2 places taken, no limit" in admin_of_staff.get(panel(event, "desk")).context["room"]


@pytest.mark.parametrize(
    ("made", "titles"),
    [
        (EventFactory.create, ["Add a person", "Check-in", "Cancel event", ADDRESS]),
        (running, ["Add a person", "Check-in", "Complete event", "Cancel event", ADDRESS]),
        (PastEventFactory.create, ["Check-in", "Complete event", ADDRESS]),
        (lambda: EventFactory.create(status="draft"), ["Cancel event", ADDRESS]),
        (lambda: EventFactory.create(status="cancelled"), []),
    ],
)
def test_desk_offers_what_makes_sense(admin_of_staff: Client, made: Any, titles: list[str]) -> None:
    buttons = admin_of_staff.get(panel(made(), "desk")).context["buttons"]
    assert [str(button.title) for button in buttons] == titles


@pytest.mark.parametrize("role", ["agent", "organizer"])
def test_who_does_not_lead_is_offered_nothing_and_refused(db: None, role: str) -> None:
    client, event = signed_in(UserFactory.create(roles=[role])), EventFactory.create(max_capacity=1)
    relation, _waiting = registered(event, 2)
    shown = client.get(panel(event, "desk")).context
    people = client.get(panel(event, "people", "?state=confirmed")).context
    assert (shown["buttons"], people["bulk_steps"], people["actions"]) == ([], [], [])
    assert all("crm-step" not in cell for row in people["table"]["rows"] for cell in row)
    pages = [page(event, name) for name in ("check_in", "bulk", "promote", "complete", "cancel", "calendar_address")]
    assert [client.post(one).status_code for one in pages] == [403] * 6
    # Organizers are not told that the registration is there.
    assert client.post(step(relation, "cancel"), {"reason": "x"}).status_code == (403 if role == "agent" else 404)
    assert statuses(event) == ["confirmed", "waitlisted"]


def test_desk_of_others_tells_an_organizer_no_names(organizer: User) -> None:
    event = EventFactory.create(max_capacity=1)
    host(UserFactory.create(roles=["organizer"]), event)
    attend(UserFactory.create(first_name="Shown"), event)
    attend(UserFactory.create(first_name="Hidden"), event)
    answer = signed_in(organizer).get(panel(event, "desk"))
    assert (answer.context["queue"], answer.context["cards"]) == (None, [])
    assert "Hidden" not in answer.content.decode()


def test_who_hosts_it_runs_the_desk(organizer: User) -> None:
    event = EventFactory.create(max_capacity=1)
    host(organizer, event)
    relation, _waiting = registered(event, 2)
    client = signed_in(organizer)
    assert client.get(panel(event, "desk")).context["buttons"]
    client.post(step(relation, "cancel"), {"reason": "asked to"})
    assert statuses(event)[1:] == ["cancelled", "confirmed"]


def test_promoting_serves_the_head_and_nobody_else(admin_of_staff: Client) -> None:
    """A place that no change has given out yet, such as one left by an import that was stopped, goes to the head."""
    event = EventFactory.create(max_capacity=1)
    registered(event, 3)
    Event.objects.filter(pk=event.pk).update(max_capacity=2)
    answer = admin_of_staff.post(page(event, "promote"), {"relation": "the last"}, follow=True)
    assert said(answer) == ["1 person left the queue."]
    assert statuses(event) == ["confirmed", "confirmed", "waitlisted"]


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({}, "1 of 1 places are taken"),
        ({"max_capacity": 0}, "over capacity by one"),
        ({"status": "draft"}, "is draft and admits nobody"),
    ],
)
def test_promoting_a_queue_that_stands_still_says_why(admin_of_staff: Client, changes: Any, words: str) -> None:
    event = EventFactory.create(max_capacity=1)
    registered(event, 2)
    if changes:
        update_event(event=event, changes=changes, actor=None)
    answer = admin_of_staff.post(page(event, "promote"))
    assert words in str(answer.context["form"].non_field_errors())
    assert statuses(event) == ["confirmed", "waitlisted"]


def test_promoting_shows_who_is_next_before(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=0)
    attend(UserFactory.create(first_name="Ann", last_name="Archer"), event)
    shown = admin_of_staff.get(page(event, "promote")).context["explanation"]
    assert "Next in the queue: Ann Archer. The event is full" in shown


def test_cancelling_the_event_keeps_its_reason(admin_of_staff: Client, staff: User) -> None:
    event = EventFactory.create()
    registered(event, 1)
    answer = admin_of_staff.post(page(event, "cancel"), {"reason": "storm"})
    event.refresh_from_db()
    assert (event.status, event.settlement.reason, event.settlement.actor) == ("cancelled", "storm", staff)
    assert answer.url == panel(event, "desk")  # type: ignore[attr-defined]  # a redirect
    assert admin_of_staff.get(answer.url).context["notices"] == [  # type: ignore[attr-defined]  # as above
        "The event is closed; its attendees are being settled, a portion at a time."
    ]


def test_completing_the_event_with_an_outcome(admin_of_staff: Client) -> None:
    event = running()
    registered(event, 1)
    admin_of_staff.post(page(event, "complete"), {"outcome": Status.NO_SHOW})
    event.refresh_from_db()
    assert (event.status, event.settlement.outcome) == ("completed", "no_show")


def test_completing_an_event_that_has_not_begun_is_refused_in_words(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    answer = admin_of_staff.post(page(event, "complete"), {"outcome": ""})
    assert "has not begun" in str(answer.context["form"].non_field_errors())


@pytest.mark.parametrize(
    ("state", "buttons"),
    [
        ("pending", ["Approve", "Decline"]),
        ("confirmed", ["Check in", "Cancel"]),
        ("offered", ["Check in", "Accept for them", "Withdraw offer"]),
        ("waitlisted", ["Cancel"]),
        ("attended", ["Undo check-in"]),
    ],
)
def test_rows_offer_what_their_state_allows(admin_of_staff: Client, state: str, buttons: list[str]) -> None:
    event = somebody_in_each_state()
    [row] = admin_of_staff.get(panel(event, "people", f"?state={state}")).context["table"]["rows"]
    assert [title for title in TITLES if f">{title}</" in row[-1]] == buttons


TITLES = ("Approve", "Check in", "Undo check-in", "Accept for them", "Withdraw offer", "Decline", "Cancel")


def somebody_in_each_state() -> Event:
    """Return an event with open doors where one came, and one each is confirmed, offered, waiting and pending."""
    start = clock.now() + timedelta(hours=2)
    event = EventFactory.create(start_at=start, max_capacity=3, offer_minutes=30, requires_approval=True)
    came, _confirmed, leaves, *_others = registered(event, 5)
    check_in(relation=came, actor=None, reason="test")
    end_relation(relation=leaves, actor=None, reason="test")
    asks = UserFactory.create(roles=["customer"])
    register(user=asks, event=event, actor=asks, reason="test")
    return event


def test_rows_of_a_queue_have_their_place(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=0)
    registered(event, 3)
    rows = admin_of_staff.get(panel(event, "people", "?state=waitlisted")).context["table"]["rows"]
    assert [f"place {number}" in row[1] for number, row in enumerate(rows, 1)] == [True] * 3


@pytest.mark.parametrize("state", ["confirmed", "waitlisted"])
def test_people_at_one_and_three_rows_ask_as_often(admin_of_staff: Client, state: str) -> None:
    event = EventFactory.create(max_capacity=None if state == "confirmed" else 0)
    address = panel(event, "people", f"?state={state}")
    registered(event, 1)
    admin_of_staff.get(address)
    with CaptureQueriesContext(connection) as at_one:
        admin_of_staff.get(address)
    registered(event, 2)
    with CaptureQueriesContext(connection) as at_three:
        admin_of_staff.get(address)
    assert len(at_three) == len(at_one)


def test_one_tap_leads_back_to_the_page_it_was_done_on(admin_of_staff: Client, staff: User) -> None:
    event = running()
    [relation] = registered(event, 1)
    answer = admin_of_staff.post(step(relation, "check-in"), {"back": "state=confirmed&page=2&next=//evil.example"})
    assert answer.url == panel(event, "people", "?state=confirmed&page=2")  # type: ignore[attr-defined]  # a redirect
    last = relation.transitions.last()
    assert last
    assert (last.to_status, last.actor, last.reason) == ("attended", staff, "checked in by the desk")


def test_step_that_is_refused_says_so_on_its_form(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    [relation] = registered(event, 1)
    answer = admin_of_staff.post(step(relation, "check-in"))
    assert "has not begun" in str(answer.context["form"].non_field_errors())


def test_step_that_takes_something_away_wants_a_reason(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    [relation] = registered(event, 1)
    assert "reason" in admin_of_staff.post(step(relation, "cancel")).context["form"].errors
    assert statuses(event) == ["confirmed"]


@pytest.mark.parametrize(
    ("state", "name", "button"),
    [("confirmed", "cancel", "Cancel the registration"), ("pending", "decline", "Decline the registration")],
)
def test_page_of_a_step_names_it_in_full(admin_of_staff: Client, state: str, name: str, button: str) -> None:
    relation = somebody_in_each_state().relations.get(role="attendee", status=state)
    answer = admin_of_staff.get(step(relation, name))
    assert (answer.context["button"], answer.context["title"]) == (button, f"{button}: {relation.user}")
    words = [" ".join(word.split()) for word in re.findall(r">([^<>]+)</(?:a|button)>", answer.content.decode())]
    assert (words.count(button), words.count("Back"), words.count("Cancel")) == (1, 1, 0)


def test_step_that_there_is_not(admin_of_staff: Client) -> None:
    [relation] = registered(EventFactory.create(), 1)
    assert admin_of_staff.get(step(relation, "promote")).status_code == 404


def test_many_are_checked_in_though_one_is_refused(admin_of_staff: Client) -> None:
    event = running(max_capacity=2)
    first, second = registered(event, 2)
    waiting = attend(UserFactory.create(first_name="Wanda", last_name="Waits"), event)
    chosen = [first.pk, waiting.pk, second.pk, "nonsense"]
    answer = admin_of_staff.post(
        page(event, "bulk"), {"step": "check-in", "chosen": chosen, "back": "state=confirmed"}, follow=True
    )
    assert said(answer) == [
        "2 people: checked in.",
        "Wanda Waits: Wanda Waits is on the waitlist and has no place.",
    ]
    assert statuses(event) == ["attended", "attended", "waitlisted"]


def test_many_of_another_event_are_left_alone(organizer: User) -> None:
    event, elsewhere = running(), running()
    host(organizer, event)
    [other] = registered(elsewhere, 1)
    signed_in(organizer).post(page(event, "bulk"), {"step": "check-in", "chosen": [other.pk]})
    assert statuses(elsewhere) == ["confirmed"]


def test_nobody_ticked_is_said(admin_of_staff: Client) -> None:
    answer = admin_of_staff.post(page(EventFactory.create(), "bulk"), {"step": "approve"}, follow=True)
    assert said(answer) == ["Nobody was ticked."]


def test_status_cannot_be_sent_along(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    _first, second = registered(event, 2)
    change = reverse("admin:relations_usereventrelation_change", args=[second.pk])
    admin_of_staff.post(change, {"status": "confirmed", "seq": 0})
    assert statuses(event) == ["confirmed", "waitlisted"]


def test_organizer_is_offered_to_end_their_own_part_only_where_it_ends(organizer: User) -> None:
    """Who hosts for others ends that with those; who is registered can give it up; what was attended stays."""
    hosting, coming, been = EventFactory.create(), EventFactory.create(), PastEventFactory.create()
    host(UserFactory.create(roles=["organizer"]), coming)
    registration = attend(organizer, coming)
    attended(organizer, been)
    host(organizer, hosting)
    client = signed_in(organizer)
    rows = client.get(reverse("admin:users_user_panel", args=[organizer.pk, "events"])).context["table"]["rows"]
    offered = {row[-1] for row in rows if row[-1]}
    assert len(offered) == 2
    pages = [str(link).partition('href="')[2].partition('"')[0] for link in offered]
    assert [client.get(one).status_code for one in pages] == [200, 200]
    assert client.get(reverse("admin:events_event_panel", args=[coming.pk, "people"])).context["table"]["rows"][0][-1]
    assert registration.status == "confirmed"


def test_why_not_me_says_what_keeps_somebody_waiting(admin_of_staff: Client) -> None:
    event = EventFactory.create(max_capacity=1)
    first, _second, third = registered(event, 3)
    end_relation(relation=first, actor=None, reason="fell ill")
    answer = admin_of_staff.get(reverse("admin:relations_usereventrelation_panel", args=[third.pk, "why"]))
    assert answer.context["standing"].queue_position == 1
    assert "fell ill" in answer.content.decode()


def test_why_not_me_of_who_leads(admin_of_staff: Client) -> None:
    relation = host(UserFactory.create(), EventFactory.create())
    answer = admin_of_staff.get(reverse("admin:relations_usereventrelation_panel", args=[relation.pk, "why"]))
    assert "take no place" in answer.content.decode()
