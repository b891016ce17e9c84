"""Counters on their way from the person's row to the one beside it, and back."""

from collections.abc import Iterator

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from events.tests.factories import EventFactory, PastEventFactory
from relations.counts import find_drift
from relations.feeds import open_feed, shown_by
from relations.models import CalendarFeed, Role, Status, UserEventRelation
from relations.tests.factories import attended, host
from users.models import EventCounts, User
from users.tests.factories import UserFactory

BEFORE = [("relations", "0002_keep_who_acted"), ("users", "0005_keep_accounts")]
pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True), pytest.mark.no_cover]


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def latest() -> list[tuple[str, str]]:
    nodes: list[tuple[str, str]] = MigrationExecutor(connection).loader.graph.leaf_nodes()
    return nodes


@pytest.fixture
def migrated_again(transactional_db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Leave the database as other tests expect it, whatever happens."""
    yield
    with django_db_blocker.unblock():
        migrate(latest())


def stored(columns: str, table: str, key: str, user: User) -> tuple[int, int]:
    with connection.cursor() as cursor:
        cursor.execute(f"SELECT {columns} FROM {table} WHERE {key} = %s", [user.pk])  # noqa: S608  # constants
        hosted, attended_by = cursor.fetchone()
        return hosted, attended_by


def give_up_hosting_in_the_old_schema(user: User) -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT set_config('crm.reason', 'test', false)")
        cursor.execute(
            "UPDATE relations_usereventrelation SET status = 'cancelled' WHERE user_id = %s AND role = 'host'",
            [user.pk],
        )
        cursor.execute("SELECT set_config('crm.reason', '', false)")


def test_counters_move_back_and_forth_with_their_values(migrated_again: None) -> None:
    """On the way forth there is a moment between the copy and the new triggers, in which people go on."""
    busy, later, idle = UserFactory.create(), UserFactory.create(), UserFactory.create()
    host(busy, EventFactory.create())
    host(later, EventFactory.create())
    attended(busy, PastEventFactory.create())
    attended(busy, PastEventFactory.create())

    migrate(BEFORE)
    back = [stored("hosted_count, attended_count", "users_user", "id", user) for user in (busy, later, idle)]
    give_up_hosting_in_the_old_schema(busy)
    counted = stored("hosted_count, attended_count", "users_user", "id", busy)
    migrate([("users", "0006_count_events_beside_people"), BEFORE[0]])
    give_up_hosting_in_the_old_schema(later)
    copied = [stored("hosted, attended", "users_eventcounts", "user_id", user) for user in (busy, later)]
    migrate(latest())

    assert back == [(1, 2), (1, 0), (0, 0)]
    assert counted == (0, 2)
    assert copied == [(0, 2), (1, 0)]
    now = {(busy.pk, 0, 2), (later.pk, 0, 0), (idle.pk, 0, 0)}
    assert set(EventCounts.objects.values_list("user", "hosted", "attended")) == now
    assert UserEventRelation.objects.filter(role=Role.HOST, status=Status.CANCELLED).count() == 2
    assert find_drift() == []


def test_addresses_of_people_stay_open_while_events_get_theirs(migrated_again: None) -> None:
    ada, bob = UserFactory.create(), UserFactory.create()
    secrets = {open_feed(person): person for person in (ada, bob)}
    of_event = open_feed(EventFactory.create())

    migrate([("relations", "0012_find_unusual_registrations")])
    with connection.cursor() as cursor:
        cursor.execute("SELECT user_id FROM relations_calendarfeed")
        back = {user_id for (user_id,) in cursor.fetchall()}
    migrate(latest())

    assert back == {ada.pk, bob.pk}
    assert {secret: shown_by(secret) for secret in secrets} == secrets
    assert (shown_by(of_event), CalendarFeed.objects.values("pk").distinct().count()) == (None, 2)
