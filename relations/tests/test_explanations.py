"""“Why not me?”: what the account of a registration says, to whom, and what it costs."""

from datetime import UTC, datetime
from typing import Any

import pytest

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations.closing import cancel_event
from relations.explanations import Explanation, explain
from relations.models import UserEventRelation
from relations.offers import expire_offers
from relations.registration import accept, approve, decline, register
from relations.services import end_relation
from relations.tests.factories import attend, host
from relations.tests.test_registration import let_offers_end
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def registered(event: Event, number: int) -> list[UserEventRelation]:
    """Register so many people: number 1 is called Ann1, and so on."""
    return [attend(UserFactory.create(first_name=f"Ann{seq}", last_name=""), event) for seq in range(1, number + 1)]


def leave(relation: UserEventRelation) -> None:
    end_relation(relation=relation, actor=None, reason="cannot come")


def kinds(found: Explanation) -> list[tuple[str, int | None]]:
    """Return what happened, the oldest first."""
    return [(line.kind, line.seq) for line in found.lines][::-1]


def texts(found: Explanation) -> list[str]:
    return [line.text for line in found.lines][::-1]


def test_who_left_and_who_got_the_place_is_told_by_registration() -> None:
    relations = registered(EventFactory.create(max_capacity=2), 5)
    leave(relations[0])
    leave(relations[3])
    leave(relations[1])

    found = explain(relations[4], relations[4].user)

    assert texts(found) == [
        "You registered when no place was free, and joined the queue.",
        "Registration 1 gave a place up. It went to registration 3.",
        "Registration 3 got a place. It is the one that registration 1 gave up.",
        "Registration 4 left the queue.",
        "Registration 2 gave a place up. It went to Ann5.",
        "You got a place. It is the one that registration 2 gave up.",
    ]
    assert [(line.place_of, line.went_to) for line in found.lines[:2]] == [(2, None), (None, 5)]
    assert (found.standing.code, found.standing.queue_position) == ("confirmed", None)


def test_registrations_are_numbered_among_attendees() -> None:
    event = EventFactory.create(max_capacity=1)
    host(UserFactory.create(), event)
    relations = registered(event, 1)
    host(UserFactory.create(), event)
    relations += registered(event, 2)
    leave(relations[0])

    found = explain(relations[2], relations[2].user)

    assert texts(found)[1] == "Registration 1 gave a place up. It went to registration 2."
    assert (found.lines[-2].seq, found.lines[-2].went_to) == (2, 4)


def test_names_and_reasons_are_for_who_may_know_of_the_registration(organizer: User) -> None:
    event = EventFactory.create(max_capacity=1)
    relations = registered(event, 3)
    host(organizer, event)
    leave(relations[0])

    led, own = explain(relations[2], organizer), explain(relations[2], relations[2].user)

    assert texts(led)[1] == "Ann1 gave a place up. It went to Ann2."
    assert [line.reason for line in led.lines][::-1] == ["test", "cannot come", "promoted: a place became free"]
    assert [(line.name, line.reason, line.user_id is None) for line in own.lines][::-1] == [
        ("Ann3", "test", False),
        ("", "", True),
        ("", "", True),
    ]
    assert texts(explain(relations[2], None)) == texts(led)


@pytest.mark.parametrize(
    ("changes", "code", "text"),
    [
        ({}, "full", "The event is full: 2 of 2 places are taken."),
        ({"max_capacity": 1}, "over_capacity", "The event is over capacity by one: one must leave"),
        ({"status": "draft"}, "not_active", "The event is draft and admits nobody."),
    ],
)
def test_who_waits_is_told_why_nobody_is_admitted(changes: dict[str, Any], code: str, text: str) -> None:
    event = EventFactory.create(max_capacity=2)
    relations = registered(event, 4)
    update_event(event=event, changes=changes, actor=None)

    first, second = (explain(relation, None).standing for relation in relations[2:])

    assert (first.code, first.queue_position, second.queue_position) == (code, 1, 2)
    assert first.text.startswith(text)
    assert second.taken == 2
    assert second.waiting == 2


def test_end_of_an_offer_is_told_in_the_events_zone() -> None:
    start = datetime(2099, 1, 5, 12, tzinfo=UTC)
    event = EventFactory.create(max_capacity=1, offer_minutes=60, start_at=start, end_at=None, timezone="Asia/Tokyo")
    first, second, third = registered(event, 3)
    leave(first)
    UserEventRelation.objects.filter(pk=second.pk).update(offer_expires_at=start)

    said = [explain(relation, None).standing.text for relation in (second, third)]

    assert said[0] == "Has the offer of a place until Monday, 5 January 2099, 21:00 (Asia/Tokyo, UTC+9)."
    assert "the first until Monday, 5 January 2099, 21:00 (Asia/Tokyo, UTC+9)." in said[1]


@pytest.mark.django_db(transaction=True)  # an event's history is dated by the start of the transaction
def test_place_that_a_cut_swallowed_went_to_nobody_and_a_raise_admits_again() -> None:
    event = EventFactory.create(max_capacity=3)
    relations = registered(event, 5)
    update_event(event=event, changes={"max_capacity": 1}, actor=None)
    leave(relations[0])
    over = explain(relations[4], None).standing
    leave(relations[1])
    update_event(event=event, changes={"max_capacity": 2}, actor=None)

    found = explain(relations[4], None)

    assert (over.code, over.over_by) == ("over_capacity", 1)
    assert kinds(found) == [
        ("queued", 5),
        ("capacity_cut", None),
        ("left", 1),
        ("left", 2),
        ("capacity_raised", None),
        ("promoted", 4),
    ]
    assert [line.went_to for line in found.lines if line.kind == "left"] == [None, None]
    assert found.lines[1].text == "The capacity was raised from 1 to 2."


def test_offers_are_told_from_being_made_to_their_end() -> None:
    event = EventFactory.create(max_capacity=1, offer_minutes=30)
    relations = registered(event, 5)
    leave(relations[0])
    waiting = explain(relations[4], None).standing
    let_offers_end()
    expire_offers()
    relations[2].refresh_from_db()
    decline(relation=relations[2], actor=None, reason="no thanks")
    relations[3].refresh_from_db()
    accept(relation=relations[3], actor=None, reason="yes")

    found = explain(relations[4], relations[4].user)

    assert waiting.text.startswith(
        "The event is full: 1 of 1 places are taken. Offered and not yet accepted: 1, the first until "
    )
    assert kinds(found) == [
        ("queued", 5),
        ("left", 1),
        ("offered", 2),
        ("expired", 2),
        ("offered", 3),
        ("turned_down", 3),
        ("offered", 4),
    ]
    assert found.standing.queue_position == 1


def test_who_came_earlier_and_was_approved_later_is_told_as_ahead() -> None:
    event = EventFactory.create(max_capacity=1, requires_approval=True)
    attend(UserFactory.create(), event)
    early = register(user=(early_user := UserFactory.create()), event=event, actor=early_user, reason="test")[0]
    waiting = attend(UserFactory.create(), event)
    assert explain(early, None).standing.code == "pending"
    approve(relation=early, actor=None, reason="fits")

    assert kinds(explain(waiting, None)) == [("queued", 3), ("approved", 2)]
    assert explain(waiting, None).standing.queue_position == 2


def test_account_ends_with_the_registration() -> None:
    event = EventFactory.create(max_capacity=1)
    relations = registered(event, 3)
    leave(relations[1])
    relations[1].refresh_from_db()
    leave(relations[0])
    cancel_event(event=event, actor=None)

    found = explain(relations[1], None)

    assert kinds(found) == [("queued", 2), ("left_queue", 2)]
    assert (found.standing.code, found.standing.text) == ("cancelled", "Was cancelled.")


@pytest.mark.django_db(transaction=True)
def test_pages_of_an_account_leave_nothing_out_and_part_no_pair() -> None:
    event = EventFactory.create(max_capacity=2)
    relations = registered(event, 9)
    for relation in relations[:5]:
        leave(relation)
        update_event(event=event, changes={"offer_minutes": None, "max_capacity": 2}, actor=None)
    update_event(event=event, changes={"max_capacity": 3}, actor=None)
    whole = explain(relations[8], None)

    for limit in (1, 2, 3):
        walked, before = [], None
        while True:
            page = explain(relations[8], None, before=before, limit=limit)
            walked += page.lines
            before = page.older
            if before is None:
                break
        assert walked == whole.lines


@pytest.mark.parametrize("number", [1, 3])
def test_account_costs_the_same_however_much_happened(number: int, django_assert_num_queries: Any) -> None:
    event = EventFactory.create(max_capacity=number)
    relations = registered(event, 2 * number + 1)
    for relation in relations[:number]:
        leave(relation)
    relation = UserEventRelation.objects.select_related("event", "user").get(pk=relations[-1].pk)

    # Own lines, the others, the event's changes, the viewer's roles, whom they know, who leads; status, seats, place,
    # and offers.
    with django_assert_num_queries(10):
        assert len(explain(relation, relation.user).lines) == 2 * number + 1
