"""What attendees go through: approval, offers, check-in, and the close of an event."""

from datetime import timedelta
from zoneinfo import ZoneInfo

import pytest
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventStatus
from events.services import update_event
from events.tests.factories import EventFactory
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.offers import expire_offers
from relations.registration import accept, approve, check_in, decline, register, undo_check_in
from relations.services import add_relation, end_relation
from relations.signals import registrations_changed
from relations.tests.factories import attend, host
from relations.tests.test_services import statuses
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def by_themselves(user: User, event: Event) -> UserEventRelation:
    """Register ``user`` as they would do it themselves."""
    return register(user=user, event=event, actor=user, reason="test")[0]


def let_offers_end() -> None:
    """Let the time pass in which the present offers can be accepted."""
    past = clock.now() - timedelta(seconds=1)
    UserEventRelation.objects.filter(status=Status.OFFERED).update(offer_expires_at=past)


def event_with_an_offer() -> tuple[Event, UserEventRelation, UserEventRelation]:
    """Return a full event with one seat, who holds its offer, and who is next."""
    event = EventFactory.create(max_capacity=1, offer_minutes=60)
    seated, first, second = (attend(UserFactory.create(), event) for _ in range(3))
    end_relation(relation=seated, actor=None, reason="cannot come")
    first.refresh_from_db()
    return event, first, second


def running_event(**fields: object) -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), **fields)


def test_who_registers_where_approval_is_wanted_is_pending_and_takes_no_seat() -> None:
    event = EventFactory.create(max_capacity=1, requires_approval=True)

    relation = by_themselves(UserFactory.create(), event)

    capacity = EventCapacity.objects.get(event=event)
    assert (relation.status, capacity.taken, capacity.waiting) == ("pending", 0, 0)


def test_who_leads_the_event_approves_by_registering() -> None:
    event, organizer = EventFactory.create(requires_approval=True), UserFactory.create(roles=["organizer"])
    host(organizer, event)

    relation, is_new = register(user=UserFactory.create(), event=event, actor=organizer, reason="test")

    assert (relation.status, is_new) == ("confirmed", True)


def test_approved_by_the_order_of_registration_whatever_the_order_of_approval() -> None:
    event = EventFactory.create(max_capacity=1, requires_approval=True)
    first, second, third = (by_themselves(UserFactory.create(), event) for _ in range(3))

    for relation in (third, second, third, first, first):
        approve(relation=relation, actor=None, reason="fits")
    end_relation(relation=third, actor=None, reason="cannot come")

    assert statuses(event) == ["confirmed", "waitlisted", "cancelled"]


def test_queue_that_needs_no_approval_is_not_approved() -> None:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    waiting = attend(UserFactory.create(), event)

    with pytest.raises(Conflict, match="is on the waitlist, which asks for no approval"):
        approve(relation=waiting, actor=None, reason="fits")


def test_declined_person_does_not_come_back_by_themselves() -> None:
    event, user = EventFactory.create(requires_approval=True), UserFactory.create()
    relation = by_themselves(user, event)
    decline(relation=relation, actor=None, reason="not this time")
    decline(relation=relation, actor=None, reason="said twice")

    with pytest.raises(Conflict, match="declined this registration"):
        by_themselves(user, event)
    again, is_new = register(user=user, event=event, actor=None, reason="after all")

    assert (again.status, is_new) == ("confirmed", True)
    with pytest.raises(Conflict, match="neither asking for approval nor offered"):
        decline(relation=again, actor=None, reason="test")
    with pytest.raises(Conflict, match="Register the person anew"):
        approve(relation=relation, actor=None, reason="test")


def test_freed_place_is_offered_for_as_long_as_the_event_says() -> None:
    event, first, _second = event_with_an_offer()

    capacity = EventCapacity.objects.get(event=event)
    assert (statuses(event), capacity.taken, capacity.waiting) == (["cancelled", "offered", "waitlisted"], 1, 1)
    assert first.offer_expires_at is not None
    assert timedelta(minutes=59) < first.offer_expires_at - clock.now() <= timedelta(minutes=60)


def test_offer_ends_when_the_event_begins() -> None:
    start = clock.now() + timedelta(minutes=5)
    event = EventFactory.create(max_capacity=1, offer_minutes=60, start_at=start)
    seated, waiting = (attend(UserFactory.create(), event) for _ in range(2))

    end_relation(relation=seated, actor=None, reason="test")

    waiting.refresh_from_db()
    assert waiting.offer_expires_at == start


def test_offer_accepted_twice_is_accepted_once() -> None:
    event, first, _second = event_with_an_offer()

    for _ in range(2):
        assert accept(relation=first, actor=first.user, reason="accepted").status == "confirmed"

    assert statuses(event) == ["cancelled", "confirmed", "waitlisted"]
    assert RelationTransition.objects.filter(relation=first, to_status="confirmed").count() == 1


def test_offer_turned_down_goes_to_the_next() -> None:
    event, first, _second = event_with_an_offer()

    decline(relation=first, actor=first.user, reason="no thanks")

    assert statuses(event) == ["cancelled", "cancelled", "offered"]


def test_offer_accepted_too_late_is_over_and_with_the_next() -> None:
    event, first, _second = event_with_an_offer()
    let_offers_end()

    with pytest.raises(Conflict, match="has ended, and the place went to the next"):
        accept(relation=first, actor=first.user, reason="accepted")

    assert statuses(event) == ["cancelled", "expired", "offered"]
    again = by_themselves(first.user, event)
    assert (again.status, statuses(event)) == ("waitlisted", ["cancelled", "expired", "offered", "waitlisted"])


def test_sweep_ends_the_offers_that_are_due_and_only_those() -> None:
    event, _first, _second = event_with_an_offer()
    assert expire_offers() == 0
    let_offers_end()

    assert (expire_offers(), expire_offers()) == (1, 0)

    assert statuses(event) == ["cancelled", "expired", "offered"]
    assert find_drift() == []


def test_newcomer_finds_the_place_of_an_offer_that_ended_with_the_next_in_the_queue() -> None:
    event, _first, _second = event_with_an_offer()
    let_offers_end()

    newcomer = by_themselves(UserFactory.create(), event)

    assert (newcomer.status, statuses(event)) == ("waitlisted", ["cancelled", "expired", "offered", "waitlisted"])


def test_nothing_is_accepted_that_was_not_offered() -> None:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    waiting = attend(UserFactory.create(), event)

    with pytest.raises(Conflict, match="There is no offer: this registration is waitlisted"):
        accept(relation=waiting, actor=waiting.user, reason="test")


def test_scanned_twice_is_checked_in_once_and_undone_once() -> None:
    relation = attend(UserFactory.create(), running_event())

    assert [check_in(relation=relation, actor=None, reason="scanned")[1] for _ in range(2)] == [True, False]
    relation.user.counts.refresh_from_db()
    assert relation.user.counts.attended == 1

    assert [undo_check_in(relation=relation, actor=None, reason="wrong") for _ in range(2)] == [relation] * 2
    assert list(RelationTransition.objects.order_by("pk").values_list("to_status", flat=True)) == [
        "confirmed",
        "attended",
        "confirmed",
    ]


@pytest.mark.parametrize(("hours", "opened"), [(11, True), (13, False)])
def test_doors_open_half_a_day_before(hours: int, opened: bool) -> None:  # noqa: FBT001  # a case, not a switch
    start = clock.now() + timedelta(hours=hours)
    relation = attend(UserFactory.create(), EventFactory.create(start_at=start, timezone="Europe/Berlin"))
    opens = (start - timedelta(hours=12)).astimezone(ZoneInfo("Europe/Berlin"))
    said = f"has not begun: check-in opens on {opens:%-d %b %Y, %H:%M} .Europe/Berlin."

    if opened:
        assert check_in(relation=relation, actor=None, reason="early")[0].status == "attended"
    else:
        with pytest.raises(Conflict, match=said):
            check_in(relation=relation, actor=None, reason="too early")


def test_nobody_without_a_place_is_checked_in() -> None:
    event = running_event(max_capacity=1, requires_approval=True)
    seated = attend(UserFactory.create(), event)
    waiting = attend(UserFactory.create(last_name="Wait"), event)
    pending = by_themselves(UserFactory.create(), event)

    with pytest.raises(Conflict, match="Wait is on the waitlist and has no place"):
        check_in(relation=waiting, actor=None, reason="test")
    with pytest.raises(Conflict, match="Approve them first"):
        check_in(relation=pending, actor=None, reason="test")
    end_relation(relation=seated, actor=None, reason="test")
    with pytest.raises(Conflict, match=r"no place any more \(cancelled\)"):
        check_in(relation=seated, actor=None, reason="test")
    with pytest.raises(Conflict, match="Register the person anew"):
        undo_check_in(relation=seated, actor=None, reason="test")


def test_raised_capacity_offers_at_once_and_a_cut_bumps_nobody() -> None:
    event = EventFactory.create(max_capacity=2, offer_minutes=30)
    people = [attend(UserFactory.create(), event) for _ in range(4)]

    update_event(event=event, changes={"max_capacity": 3}, actor=None)
    assert statuses(event) == ["confirmed", "confirmed", "offered", "waitlisted"]
    update_event(event=event, changes={"max_capacity": 1}, actor=None)
    end_relation(relation=people[0], actor=None, reason="test")

    assert statuses(event) == ["cancelled", "confirmed", "offered", "waitlisted"]


def test_each_change_is_announced_with_the_line_of_the_ledger_it_made() -> None:
    heard: list[tuple[str, ...]] = []

    def listen(*, relation_ids: list[object], **_kwargs: object) -> None:
        lines = RelationTransition.objects.filter(relation__in=relation_ids).order_by("relation_id", "-pk")
        heard.append(tuple(lines.distinct("relation_id").values_list("to_status", flat=True)))

    registrations_changed.connect(listen)
    try:
        event = EventFactory.create(max_capacity=1)
        seated = attend(UserFactory.create(), event)
        attend(UserFactory.create(), event)
        end_relation(relation=seated, actor=None, reason="test")
        host(UserFactory.create(), event)
    finally:
        registrations_changed.disconnect(listen)

    assert heard == [("confirmed",), ("waitlisted",), ("cancelled",), ("confirmed",)]


def test_event_that_takes_nobody_registers_nobody() -> None:
    for fields in ({"status": EventStatus.DRAFT}, {"status": EventStatus.CANCELLED}):
        with pytest.raises(Conflict, match="takes nobody"):
            by_themselves(UserFactory.create(), EventFactory.create(**fields))
    over = EventFactory.create(start_at=clock.now() - timedelta(hours=3), end_at=clock.now() - timedelta(hours=1))
    with pytest.raises(Conflict, match="is over"):
        by_themselves(UserFactory.create(), over)
    assert not UserEventRelation.objects.filter(role=Role.ATTENDEE).exists()


def test_offer_that_names_no_end_lasts_until_the_event_begins() -> None:
    event = EventFactory.create(max_capacity=1)

    relation = add_relation(
        user=UserFactory.create(), event=event, role=Role.ATTENDEE, status=Status.OFFERED, actor=None, reason="by hand"
    )[0]

    relation.refresh_from_db()
    assert relation.offer_expires_at == event.start_at


def test_offer_that_ended_checks_nobody_in() -> None:
    event, first, _second = event_with_an_offer()
    Event.objects.filter(pk=event.pk).update(start_at=clock.now() + timedelta(hours=1))
    let_offers_end()

    with pytest.raises(Conflict, match=r"no place any more \(expired\)"):
        check_in(relation=first, actor=None, reason="at the door")


def test_who_was_checked_in_meanwhile_cannot_cancel() -> None:
    event = running_event()
    stale = attend(UserFactory.create(), event)
    check_in(relation=stale, actor=None, reason="scanned")

    with pytest.raises(Conflict, match="attended cannot cancel"):
        end_relation(relation=stale, actor=stale.user, reason="too late")

    assert statuses(event) == ["attended"]


def test_full_event_that_is_over_says_that_it_is_over() -> None:
    event = running_event(max_capacity=1, waitlist_enabled=False)
    attend(UserFactory.create(), event)
    Event.objects.filter(pk=event.pk).update(end_at=clock.now() - timedelta(minutes=1))

    with pytest.raises(Conflict, match="is over"):
        by_themselves(UserFactory.create(), event)


def test_offer_ends_with_the_start_of_an_event_that_is_moved() -> None:
    event, first, _second = event_with_an_offer()
    soon = clock.now() + timedelta(minutes=5)

    update_event(event=event, changes={"start_at": soon}, actor=None)
    first.refresh_from_db()
    assert first.offer_expires_at == soon
    update_event(event=event, changes={"start_at": clock.now() - timedelta(minutes=5)}, actor=None)

    assert statuses(event) == ["cancelled", "expired", "confirmed"]
