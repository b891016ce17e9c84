import io
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.core.management import CommandError, call_command
from django.db import connection, transaction

from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import find_drift
from relations.ledger import forgetting, stated
from relations.models import EventCapacity, RelationTransition, Status, UserEventRelation
from relations.tests.factories import attended, host
from users.models import EventCounts, User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def stored(user: User) -> tuple[int, int]:
    """Return the counters as the database has them."""
    fresh = User.objects.with_event_counts().select_related("counts").get(pk=user.pk)
    assert (fresh.counts.hosted, fresh.counts.attended) == (fresh.counted_hosted, fresh.counted_attended)  # type: ignore[attr-defined]  # annotated
    return fresh.counts.hosted, fresh.counts.attended


@contextmanager
def unguarded() -> Iterator[None]:
    """Let counters be set past the triggers that guard them."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.repair', 'on', true)")
        yield
        cursor.execute("SELECT set_config('crm.repair', '', true)")


def drift(user: User, hosted: int) -> None:
    """Set a person's counter to what is not so."""
    with unguarded():
        EventCounts.objects.filter(user=user).update(hosted=hosted)


def drift_seats(**counters: int) -> None:
    """Set every event's counters to what is not so."""
    with unguarded():
        EventCapacity.objects.update(**counters)


def test_counts_follow_bulk_writes_and_deletes() -> None:
    alice, bob, event = UserFactory.create(), UserFactory.create(), PastEventFactory.create()
    with stated(actor=None, reason="test"):
        rows = UserEventRelation.objects.bulk_create(
            UserEventRelation(user=user, event=event, role=role, status=Status.ATTENDED, seq=number)
            for number, (user, role) in enumerate([(alice, "host"), (alice, "attendee"), (bob, "attendee")], 1)
        )
    inserted = stored(alice), stored(bob)
    with stated(actor=None, reason="test"):
        UserEventRelation.objects.filter(pk__in=[rows[0].pk, rows[2].pk]).update(status=Status.CANCELLED)
    changed = stored(alice), stored(bob)
    with forgetting():
        RelationTransition.objects.all().delete()
    UserEventRelation.objects.all().delete()

    assert inserted == ((1, 1), (0, 1))
    assert changed == ((0, 1), (0, 0))
    assert (stored(alice), stored(bob), find_drift()) == ((0, 0), (0, 0), [])


def test_annotated_counts_do_not_multiply_each_other() -> None:
    user = UserFactory.create()
    for _ in range(3):
        host(user, EventFactory.create())
    for _ in range(2):
        attended(user, PastEventFactory.create())

    assert stored(user) == (3, 2)


def test_check_counts_tells_and_repairs() -> None:
    drift(UserFactory.create(), 2)
    out = io.StringIO()

    with pytest.raises(CommandError, match="1 row has drifted") as error:
        call_command("check_counts", stdout=out)
    call_command("check_counts", "--repair", stdout=out)
    call_command("check_counts", stdout=out)

    assert error.value.returncode == 1
    assert "hosted, attended stored as (2, 0), counted (0, 0)" in out.getvalue()
    assert out.getvalue().endswith("1 row repaired.\nAll counts agree with the relations.\n")
