from datetime import timedelta

import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.models import Event, EventStatus
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.services import add_relation, end_relation
from relations.tests.factories import attend, attended, host
from users.models import User
from users.services import delete_user
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def statuses(event: Event) -> list[str]:
    """Return the attendees' statuses in the order of arrival."""
    attendees = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE)
    return list(attendees.order_by("seq").values_list("status", flat=True))


def test_attendees_are_confirmed_until_full_and_then_queued() -> None:
    event = EventFactory.create(max_capacity=2)

    for _ in range(4):
        attend(UserFactory.create(), event)

    capacity = EventCapacity.objects.get(event=event)
    assert statuses(event) == ["confirmed", "confirmed", "waitlisted", "waitlisted"]
    assert (capacity.taken, capacity.waiting, capacity.next_seq) == (2, 2, 5)


def test_full_event_without_a_waitlist_refuses() -> None:
    event = EventFactory.create(max_capacity=1, waitlist_enabled=False)
    attend(UserFactory.create(), event)

    with pytest.raises(Conflict, match="full and keeps no waitlist"):
        attend(UserFactory.create(), event)


def test_registering_twice_is_registering_once() -> None:
    event, user = EventFactory.create(), UserFactory.create()

    first, is_new = add_relation(user=user, event=event, role=Role.ATTENDEE, actor=None, reason="test")
    second, is_new_again = add_relation(user=user, event=event, role=Role.ATTENDEE, actor=None, reason="test")

    assert (first.pk, is_new, is_new_again) == (second.pk, True, False)


def test_cancelling_gives_the_seat_to_the_head_of_the_queue() -> None:
    event = EventFactory.create(max_capacity=1)
    first = attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)

    end_relation(relation=first, actor=None, reason="cannot come")
    end_relation(relation=first, actor=None, reason="told twice")

    assert statuses(event) == ["cancelled", "confirmed", "waitlisted"]


def test_registering_again_after_cancelling_makes_a_new_row_at_the_end() -> None:
    event, user = EventFactory.create(), UserFactory.create()
    first = attend(user, event)
    end_relation(relation=first, actor=None, reason="test")

    second = attend(user, event)

    assert second.pk != first.pk
    assert second.seq == first.seq + 1


def test_newcomer_never_passes_the_queue() -> None:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)
    Event.objects.filter(pk=event.pk).update(max_capacity=2)  # past the service, so nobody is promoted

    newcomer = attend(UserFactory.create(), event)

    assert newcomer.status == Status.WAITLISTED
    assert statuses(event) == ["confirmed", "confirmed", "waitlisted"]


def test_raised_capacity_promotes_and_a_cut_bumps_nobody() -> None:
    event = EventFactory.create(max_capacity=1)
    for _ in range(4):
        attend(UserFactory.create(), event)

    update_event(event=event, changes={"max_capacity": 3}, actor=None)
    raised = statuses(event)
    update_event(event=event, changes={"max_capacity": 1}, actor=None)

    assert raised == statuses(event) == ["confirmed", "confirmed", "confirmed", "waitlisted"]


def test_unlimited_capacity_promotes_everybody() -> None:
    event = EventFactory.create(max_capacity=0)
    for _ in range(2):
        attend(UserFactory.create(), event)

    update_event(event=event, changes={"max_capacity": None}, actor=None)

    assert statuses(event) == ["confirmed", "confirmed"]


@pytest.mark.parametrize("status", [EventStatus.DRAFT, EventStatus.CANCELLED, EventStatus.COMPLETED])
def test_event_that_is_not_active_takes_nobody(status: EventStatus) -> None:
    with pytest.raises(Conflict):
        attend(UserFactory.create(), EventFactory.create(status=status))


def test_past_event_takes_only_those_who_attended() -> None:
    event, user = PastEventFactory.create(), UserFactory.create()

    with pytest.raises(Conflict, match="only who attended"):
        attend(user, event)
    attended(user, event)

    user.refresh_from_db()
    assert (user.counts.attended, user.counts.hosted) == (1, 0)


def test_nobody_attended_an_event_to_come() -> None:
    with pytest.raises(Conflict, match="has not begun"):
        attended(UserFactory.create(), EventFactory.create())


def test_confirming_past_capacity_is_refused() -> None:
    event = EventFactory.create(max_capacity=0)

    with pytest.raises(Conflict, match="is full"):
        add_relation(
            user=UserFactory.create(),
            event=event,
            role=Role.ATTENDEE,
            status=Status.CONFIRMED,
            actor=None,
            reason="test",
        )


def test_host_takes_no_seat_and_is_counted() -> None:
    event, user = EventFactory.create(max_capacity=0), UserFactory.create()

    relation = host(user, event)
    user.refresh_from_db()
    counted = user.counts.hosted
    end_relation(relation=relation, actor=None, reason="ill")
    user.refresh_from_db()

    assert (counted, user.counts.hosted, event.capacity.taken) == (1, 0, 0)


def test_host_who_returns_keeps_their_row() -> None:
    event, user = EventFactory.create(), UserFactory.create()
    relation = host(user, event)
    end_relation(relation=relation, actor=None, reason="ill")

    again = host(user, event)

    assert (again.pk, again.status) == (relation.pk, Status.CONFIRMED)


def test_second_owner_is_refused_until_the_first_has_ended() -> None:
    event, first, second = EventFactory.create(), UserFactory.create(), UserFactory.create()
    owned, _ = add_relation(user=first, event=event, role=Role.OWNER, actor=None, reason="test")

    with pytest.raises(ValidationError, match="has an owner already"):
        add_relation(user=second, event=event, role=Role.OWNER, actor=None, reason="test")
    end_relation(relation=owned, actor=None, reason="hands over")
    _, is_new = add_relation(user=second, event=event, role=Role.OWNER, actor=None, reason="test")

    assert is_new
    with pytest.raises(ValidationError, match="has an owner already"):  # who was it before is told the same
        add_relation(user=first, event=event, role=Role.OWNER, actor=None, reason="test")


def test_ledger_tells_who_and_why() -> None:
    event, actor = EventFactory.create(max_capacity=1), UserFactory.create()
    first = attend(UserFactory.create(), event)
    second = attend(UserFactory.create(), event)

    end_relation(relation=first, actor=actor, reason="ill")

    rows = RelationTransition.objects.filter(relation__in=[first, second]).order_by("id")
    assert [(row.relation_id, row.from_status, row.to_status, row.actor_id, row.reason) for row in rows] == [
        (first.pk, "", "confirmed", None, "test"),
        (second.pk, "", "waitlisted", None, "test"),
        (first.pk, "confirmed", "cancelled", actor.pk, "ill"),
        (second.pk, "waitlisted", "confirmed", actor.pk, "promoted: a place became free"),
    ]


def test_ledger_cannot_be_rewritten() -> None:
    attend(UserFactory.create(), EventFactory.create())

    with pytest.raises(Exception, match="Cannot update"), transaction.atomic():
        RelationTransition.objects.update(reason="nicer")


def test_status_changed_past_the_service_is_refused() -> None:
    relation = attend(UserFactory.create(), EventFactory.create())

    with pytest.raises(IntegrityError, match="through a service"), transaction.atomic():
        UserEventRelation.objects.filter(pk=relation.pk).update(status="attended")
    with pytest.raises(IntegrityError, match="through a service"), transaction.atomic():
        UserEventRelation.objects.create(
            user=UserFactory.create(), event=relation.event, role="host", status="confirmed", seq=9
        )


def test_created_event_has_its_creator_as_owner_and_host() -> None:
    actor = UserFactory.create()
    event = create_event(event=EventFactory.build(slug=""), actor=actor)

    actor.refresh_from_db()
    roles = event.relations.order_by("role").values_list("role", "user_id")
    assert list(roles) == [("host", actor.pk), ("owner", actor.pk)]
    assert actor.counts.hosted == 1


def test_created_event_has_the_named_hosts_instead() -> None:
    actor, guest = UserFactory.create(), UserFactory.create()

    event = create_event(event=EventFactory.build(), actor=actor, host_ids=[guest.pk])

    assert list(event.relations.filter(role=Role.HOST).values_list("user_id", flat=True)) == [guest.pk]


def test_slugs_are_numbered() -> None:
    slugs = [create_event(event=EventFactory.build(title="Füße & Co", slug=""), actor=None).slug for _ in range(3)]

    assert slugs == ["fue-co", "fue-co-2", "fue-co-3"]


def test_event_of_its_creator_alone_can_be_deleted() -> None:
    actor = UserFactory.create()
    event = create_event(event=EventFactory.build(), actor=actor)

    delete_event(event=event)

    actor.refresh_from_db()
    assert (Event.objects.count(), actor.counts.hosted) == (0, 0)


def test_event_with_attendees_cannot_be_deleted() -> None:
    event = EventFactory.create()
    attend(UserFactory.create(), event)

    with pytest.raises(Conflict, match="cancelled instead"):
        delete_event(event=event)

    assert event.history.exists()


def test_person_with_relations_cannot_be_deleted() -> None:
    user, other = UserFactory.create(), UserFactory.create()
    attend(user, EventFactory.create())

    with pytest.raises(Conflict, match="relations"):
        delete_user(user=user, actor=None)
    delete_user(user=other, actor=None)

    assert list(User.objects.all()) == [user]


def test_capacity_is_made_for_bulk_inserted_events() -> None:
    made = Event.objects.bulk_create([EventFactory.build(), EventFactory.build()])

    assert EventCapacity.objects.filter(event__in=made).count() == 2


def test_event_that_ends_before_it_starts_is_refused() -> None:
    event = EventFactory.build(end_at=clock.now() - timedelta(days=400))

    with pytest.raises(Exception, match="ends before it starts"):
        create_event(event=event, actor=None)


def test_event_that_opens_again_admits_its_queue() -> None:
    event = EventFactory.create(max_capacity=1)
    first = attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)
    update_event(event=event, changes={"status": EventStatus.DRAFT}, actor=None)
    end_relation(relation=first, actor=None, reason="test")
    closed = statuses(event)

    update_event(event=event, changes={"status": EventStatus.ACTIVE}, actor=None)

    assert (closed, statuses(event)) == (["cancelled", "waitlisted"], ["cancelled", "confirmed"])


def add(event: Event, status: Status) -> None:
    """Add somebody to ``event`` straight with ``status``."""
    add_relation(user=UserFactory.create(), event=event, role=Role.ATTENDEE, status=status, actor=None, reason="test")


@pytest.mark.parametrize("waitlist", [True, False])
def test_nobody_is_queued_where_there_is_room_or_no_queue(waitlist: bool) -> None:  # noqa: FBT001  # a parameter
    with pytest.raises(Conflict, match="leave the status out"):
        add(EventFactory.create(max_capacity=5, waitlist_enabled=waitlist), Status.WAITLISTED)


def test_nobody_attends_past_the_queue_of_a_running_event() -> None:
    event = EventFactory.create(max_capacity=1)
    for _ in range(2):
        attend(UserFactory.create(), event)
    Event.objects.filter(pk=event.pk).update(start_at=clock.now() - timedelta(hours=1))

    with pytest.raises(Conflict, match="is full"):
        add(event, Status.ATTENDED)


def test_nobody_attended_a_cancelled_event() -> None:
    with pytest.raises(Conflict, match="cancelled and takes nobody"):
        add(PastEventFactory.create(status=EventStatus.CANCELLED), Status.ATTENDED)


def test_event_with_hosts_of_another_origin_cannot_be_deleted() -> None:
    user = UserFactory.create()
    host(user, PastEventFactory.create())

    with pytest.raises(Conflict, match="cancelled instead"):
        delete_event(event=Event.objects.get())

    user.refresh_from_db()
    assert (user.counts.hosted, RelationTransition.objects.count()) == (1, 1)


def test_person_who_acted_cannot_be_deleted() -> None:
    actor = UserFactory.create()
    relation = attend(UserFactory.create(), EventFactory.create())
    end_relation(relation=relation, actor=actor, reason="ill")

    with pytest.raises(Conflict, match="lines in the ledger"):
        delete_user(user=actor, actor=None)
