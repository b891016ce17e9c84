import contextlib
import io
import threading
from collections.abc import Callable

import pytest
from django.core.management import CommandError, call_command
from django.db import close_old_connections, connection

from events.models import Event
from events.services import create_event, delete_event, update_event
from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import Drift, find_drift, repair_drift
from relations.ledger import stated
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.services import end_relation
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.database


def stored(user: User) -> tuple[int, int]:
    """Return the counters as the database has them."""
    fresh = User.objects.with_event_counts().get(pk=user.pk)
    assert (fresh.hosted_count, fresh.attended_count) == (fresh.counted_hosted, fresh.counted_attended)  # type: ignore[attr-defined]  # annotated
    return fresh.hosted_count, fresh.attended_count


def drift(user: User, hosted: int) -> None:
    """Set a counter past the trigger that guards it."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        cursor.execute("UPDATE users_user SET hosted_count = %s WHERE id = %s", [hosted, user.pk])
        cursor.execute("SELECT set_config('crm.repair', '', true)")


@pytest.mark.django_db
def test_counts_follow_bulk_writes_moves_and_deletes() -> None:
    alice, bob, event = UserFactory.create(), UserFactory.create(), PastEventFactory.create()
    with stated(actor=None, reason="test"):
        rows = UserEventRelation.objects.bulk_create(
            UserEventRelation(user=user, event=event, role=role, status=Status.ATTENDED, seq=number)
            for number, (user, role) in enumerate([(alice, "host"), (alice, "attendee"), (bob, "attendee")], 1)
        )
    inserted = stored(alice), stored(bob)
    UserEventRelation.objects.filter(pk=rows[0].pk).update(user=bob)
    moved = stored(alice), stored(bob)
    RelationTransition.objects.all().delete()
    UserEventRelation.objects.all().delete()

    assert inserted == ((1, 1), (0, 1))
    assert moved == ((0, 1), (1, 1))
    assert (stored(alice), stored(bob), find_drift()) == ((0, 0), (0, 0), [])


@pytest.mark.django_db
def test_annotated_counts_do_not_multiply_each_other() -> None:
    user = UserFactory.create()
    for _ in range(3):
        host(user, EventFactory.create())
    for _ in range(2):
        attended(user, PastEventFactory.create())

    assert stored(user) == (3, 2)


@pytest.mark.django_db
def test_drift_is_found_and_repaired() -> None:
    user, event = UserFactory.create(), EventFactory.create()
    host(user, event)
    attend(UserFactory.create(), event)
    drift(user, 7)
    EventCapacity.objects.filter(event=event).update(taken=4)

    found = find_drift()
    repaired = repair_drift()

    assert found == repaired
    assert found == [
        Drift("users_user", str(user.pk), ("hosted_count", "attended_count"), (7, 0), (1, 0)),
        Drift("relations_eventcapacity", str(event.pk), ("taken", "waiting"), (4, 0), (1, 0)),
    ]
    assert find_drift() == []


@pytest.mark.django_db
def test_missing_capacity_is_found_and_made_anew() -> None:
    event = EventFactory.create()
    relation = attend(UserFactory.create(), event)
    EventCapacity.objects.filter(event=event).delete()

    found = [row.stored for row in repair_drift()]

    capacity = EventCapacity.objects.get(event=event)
    assert (found, capacity.taken, capacity.next_seq) == ([None], 1, relation.seq + 1)


@pytest.mark.django_db
def test_check_counts_tells_and_repairs() -> None:
    drift(UserFactory.create(), 2)
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 rows have drifted") as error:
        call_command("check_counts", stdout=out)
    call_command("check_counts", "--repair", stdout=out)
    call_command("check_counts", stdout=out)

    assert error.value.returncode == 1
    assert "hosted_count, attended_count stored as (2, 0), counted (0, 0)" in out.getvalue()
    assert out.getvalue().endswith("1 rows repaired.\nAll counts agree with the relations.\n")


def together(*jobs: Callable[[], object]) -> None:
    """Run ``jobs`` at the same time, each on a connection of its own, and raise what any of them raised."""
    errors: list[BaseException] = []
    gate = threading.Barrier(len(jobs))

    def run(job: Callable[[], object]) -> None:
        try:
            gate.wait()
            job()
        except BaseException as error:  # noqa: BLE001  # handed to the main thread below
            errors.append(error)
        finally:
            close_old_connections()
            connection.close()

    threads = [threading.Thread(target=run, args=(job,)) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    assert errors == []


@pytest.mark.django_db(transaction=True)
def test_simultaneous_registrations_never_oversell() -> None:
    event, users = EventFactory.create(max_capacity=5), UserFactory.create_batch(24)

    together(*[lambda user=user: attend(user, event) for user in users])

    rows = UserEventRelation.objects.filter(event=event).order_by("seq").values_list("seq", "status")
    assert list(rows) == [(n, "confirmed" if n <= 5 else "waitlisted") for n in range(1, 25)]
    assert find_drift() == []


@pytest.mark.django_db(transaction=True)
def test_bulk_writes_in_opposite_orders_do_not_deadlock() -> None:
    users = UserFactory.create_batch(30)
    events = [PastEventFactory.create() for _ in range(8)]

    def write(event: Event, people: list[User]) -> None:
        with stated(actor=None, reason="test"):
            UserEventRelation.objects.bulk_create(
                UserEventRelation(user=user, event=event, role=Role.ATTENDEE, status=Status.ATTENDED, seq=number)
                for number, user in enumerate(people, 1)
            )

    together(*[lambda e=event, n=n: write(e, users if n % 2 else users[::-1]) for n, event in enumerate(events)])

    assert {stored(user) for user in users} == {(0, 8)}


@pytest.mark.django_db(transaction=True)
def test_deleting_and_changing_events_at_once_do_not_deadlock() -> None:
    events = [create_event(event=EventFactory.build(), actor=UserFactory.create()) for _ in range(6)]

    def change(event: Event) -> None:
        with contextlib.suppress(Event.DoesNotExist):  # deleted before
            update_event(event=event, changes={"max_capacity": 9}, actor=None)

    together(
        *[lambda e=event: change(e) for event in events],
        *[lambda e=event: delete_event(event=Event.objects.get(pk=e.pk)) for event in events],
    )

    assert (Event.objects.count(), find_drift()) == (0, [])


@pytest.mark.django_db(transaction=True)
def test_cancellations_and_registrations_at_once_leave_no_free_seat_beside_a_queue() -> None:
    event = EventFactory.create(max_capacity=4)
    first = [attend(user, event) for user in UserFactory.create_batch(8)]
    newcomers = UserFactory.create_batch(8)

    together(
        *[lambda r=row: end_relation(relation=r, actor=None, reason="test") for row in first[:6]],
        *[lambda u=user: attend(u, event) for user in newcomers],
    )

    capacity = EventCapacity.objects.get(event=event)
    assert (capacity.taken, capacity.waiting) == (4, 6)
    assert find_drift() == []
