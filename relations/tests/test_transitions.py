"""What a relation may become, in the services; the import's tests look at the same table through SQL."""

from datetime import timedelta

import pytest
from django.db import connection
from django.utils import timezone as clock
from rest_framework.test import APIClient

from api.exceptions import Conflict
from events.models import Event, EventStatus
from events.tests.factories import EventFactory, PastEventFactory
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.services import add_relation
from relations.tests.factories import attend, host
from relations.tests.test_services import statuses
from relations.transitions import STATE_SQL, TABLE, allowed, passed_stages, state_of
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def add(user: User, event: Event, status: str | None, *, role: str = Role.ATTENDEE) -> tuple[str, bool]:
    """Add a relation and return its status and whether it is new."""
    relation, is_new = add_relation(user=user, event=event, role=role, status=status, actor=None, reason="test")
    assert UserEventRelation.objects.get(pk=relation.pk).status == relation.status
    return relation.status, is_new


def running_event(**fields: object) -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), **fields)


def test_nothing_leaves_an_ended_registration_and_everything_live_can_be_cancelled() -> None:
    starts = TABLE[Role.ATTENDEE]

    assert starts.keys() == {"", *LIVE}
    assert all(Status.CANCELLED in targets for targets in starts.values())


def test_rows_of_the_table() -> None:
    rows = allowed()

    assert len(rows) == len(set(rows))
    assert ("attendee", "confirmed", "attended", "over") in rows
    assert ("attendee", "confirmed", "attended", "to_come") not in rows
    assert ("confirmed", "waitlisted") in passed_stages()
    assert ("attended", "confirmed") not in passed_stages()  # a check-in undone


@pytest.mark.parametrize("status", EventStatus.values)
@pytest.mark.parametrize("begun", [-20, -2, 0, 2])
@pytest.mark.parametrize("lasts", [None, 1])
def test_state_of_an_event_is_the_same_in_python_and_sql(status: str, begun: int, lasts: int | None) -> None:
    start = clock.now() - timedelta(hours=begun, minutes=1)
    end = start + timedelta(hours=lasts) if lasts else None
    event = EventFactory.create(status=status, start_at=start, end_at=end)

    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {STATE_SQL} FROM events_event e")  # noqa: S608  # a constant
        assert cursor.fetchone() == (state_of(event),)


@pytest.mark.parametrize("status", [Status.NO_SHOW, Status.ATTENDED])
def test_nobody_attended_or_missed_an_event_to_come(status: Status) -> None:
    with pytest.raises(Conflict, match="has not begun"):
        add(UserFactory.create(), EventFactory.create(), status)


def test_host_attended_no_event_to_come() -> None:
    with pytest.raises(Conflict, match="has not begun"):
        add(UserFactory.create(), EventFactory.create(), Status.ATTENDED, role=Role.HOST)

    assert add(UserFactory.create(), PastEventFactory.create(), Status.ATTENDED, role=Role.HOST) == ("attended", True)


@pytest.mark.parametrize("status", [Status.NO_SHOW, Status.DECLINED, Status.EXPIRED, Status.ATTENDED])
def test_nobody_ended_at_a_draft(status: Status) -> None:
    with pytest.raises(Conflict, match="is draft and takes nobody"):
        add(UserFactory.create(), EventFactory.create(status=EventStatus.DRAFT), status)


def test_event_completed_before_it_began_takes_nobody() -> None:
    with pytest.raises(Conflict, match="is completed and takes nobody"):
        add(UserFactory.create(), EventFactory.create(status=EventStatus.COMPLETED), Status.ATTENDED)


@pytest.mark.parametrize("status", [Status.CANCELLED, Status.DECLINED, Status.EXPIRED, Status.NO_SHOW])
def test_ended_status_said_twice_is_one_row(status: Status) -> None:
    user, event = UserFactory.create(), PastEventFactory.create()

    assert (add(user, event, status), add(user, event, status)) == ((status, True), (status, False))
    assert (UserEventRelation.objects.count(), RelationTransition.objects.count()) == (1, 1)


def test_who_is_in_becomes_what_is_asked_for() -> None:
    user, event = UserFactory.create(), running_event()
    attend(user, event)

    assert add(user, event, Status.ATTENDED) == ("attended", False)
    assert add(user, event, Status.CONFIRMED) == ("confirmed", False)  # the check-in undone
    assert add(user, event, None) == ("confirmed", False)
    assert add(user, event, Status.CANCELLED) == ("cancelled", False)
    assert statuses(event) == ["cancelled"]


def test_who_is_confirmed_is_not_queued_again() -> None:
    user, event = UserFactory.create(), EventFactory.create(max_capacity=1)
    attend(user, event)

    with pytest.raises(Conflict, match=r"cannot become waitlisted\. End that relation first"):
        add(user, event, Status.WAITLISTED)


def test_who_waits_gets_no_seat_past_the_capacity() -> None:
    user, event = UserFactory.create(), EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    attend(user, event)

    with pytest.raises(Conflict, match="is full"):
        add(user, event, Status.CONFIRMED)


def test_seat_of_who_did_not_come_goes_to_the_head_of_the_queue() -> None:
    user, event = UserFactory.create(), running_event(max_capacity=1)
    attend(user, event)
    attend(UserFactory.create(), event)

    add(user, event, Status.NO_SHOW)

    assert statuses(event) == ["no_show", "confirmed"]


def test_who_attended_a_full_event_keeps_the_seat() -> None:
    user, event = UserFactory.create(), running_event(max_capacity=1)
    attend(user, event)
    attend(UserFactory.create(), event)

    assert add(user, event, Status.ATTENDED) == ("attended", False)
    assert EventCapacity.objects.values_list("taken", "waiting").get() == (1, 1)


def test_promotion_writes_the_ledger_in_the_order_of_the_queue() -> None:
    event = EventFactory.create(max_capacity=1)
    relations = [attend(UserFactory.create(), event) for _ in range(6)]
    Event.objects.filter(pk=event.pk).update(max_capacity=4)

    attend(UserFactory.create(), event)

    promoted = RelationTransition.objects.filter(from_status="waitlisted").order_by("id")
    assert list(promoted.values_list("relation_id", flat=True)) == [row.pk for row in relations[1:4]]


def test_api_answers_what_was_asked_for(client_of_staff: APIClient) -> None:
    user, event = UserFactory.create(), running_event()
    attend(user, event)
    body = {"user_id": str(user.pk), "event_id": str(event.pk), "role": "attendee"}

    attended = client_of_staff.post("/api/v1/relations/", body | {"status": "attended"})
    refused = client_of_staff.post("/api/v1/relations/", body | {"status": "pending"})

    assert (attended.status_code, attended.json()["status"]) == (200, "attended")
    assert refused.status_code == 409
    assert "cannot become pending. End that relation first" in refused.json()["detail"]


def test_second_owner_gets_one_answer_whether_they_were_it_before(client_of_staff: APIClient) -> None:
    event, before, now = EventFactory.create(), UserFactory.create(), UserFactory.create()
    add(before, event, Status.CANCELLED, role=Role.OWNER)
    add(now, event, None, role=Role.OWNER)
    body = {"event_id": str(event.pk), "role": "owner"}

    answers = [
        client_of_staff.post("/api/v1/relations/", body | {"user_id": str(user.pk)})
        for user in (before, UserFactory.create())
    ]

    assert [answer.status_code for answer in answers] == [400, 400]
    assert answers[0].json()["errors"] == answers[1].json()["errors"]
    assert "This event has an owner already." in answers[0].content.decode()


def test_host_asked_for_twice_with_another_status_changes() -> None:
    user, event = UserFactory.create(), PastEventFactory.create()
    host(user, event)

    assert add(user, event, Status.ATTENDED, role=Role.HOST) == ("attended", False)
