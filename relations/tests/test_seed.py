"""Synthetic data: deterministic, skewed, and true to every counter."""

import io
from datetime import date
from typing import Any

import pytest
from django.core.management import CommandError, call_command
from django.db import connection

from events.models import Event
from events.tests.factories import EventFactory
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, UserEventRelation
from relations.seeding import store
from relations.seeding.draws import DoesNotFitError, shares
from relations.seeding.plan import FIRST_DAY, LAST_DAY, Kind, Plan
from relations.tests.factories import host
from relations.tests.test_counts import drift_seats
from users.models import EventCounts, User
from users.tests.factories import StaffFactory, UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SMALL = Plan(users=300, events=120, relations=3_000)


def everything() -> list[list[tuple[Any, ...]]]:
    models = (User, EventCounts, Event, UserEventRelation, EventCapacity)
    transitions = RelationTransition.objects.order_by("relation_id").values_list("relation_id", "to_status", "at")
    return [list(model._default_manager.order_by("pk").values_list()) for model in models] + [list(transitions)]


def run(*options: str) -> str:
    out = io.StringIO()
    numbers = ["--users", "40", "--events", "5", "--relations", "30"]
    call_command("seed", *numbers, *options, stdout=out, stderr=io.StringIO())
    return out.getvalue()


def test_seed_stores_the_numbers_asked_for_with_true_counts() -> None:
    done: list[int] = []

    store.seed(SMALL, done=done.append)

    assert (User.objects.count(), Event.objects.count()) == (300, 120)
    assert UserEventRelation.objects.count() == RelationTransition.objects.count() == 3_000
    assert done[-1] == 3_420
    assert find_drift() == []


def test_seed_makes_the_same_rows_again() -> None:
    store.seed(SMALL)
    first = everything()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE users_user, events_event CASCADE")

    store.seed(SMALL)

    assert everything() == first


def test_another_seed_makes_other_rows_beside_the_first() -> None:
    store.seed(SMALL)
    store.seed(Plan(users=300, events=120, relations=3_000, seed=2))

    assert User.objects.count() == 600
    assert find_drift() == []


def test_seed_is_skewed_as_real_data_is() -> None:
    store.seed(SMALL)

    sizes = sorted((capacity.next_seq - 1 for capacity in EventCapacity.objects.all()), reverse=True)
    busy = sorted((counts.attended for counts in EventCounts.objects.all()), reverse=True)
    companies = [person.company for person in User.objects.all() if person.company]
    assert sizes[0] > 3 * sizes[len(sizes) // 2]
    assert sum(busy[:30]) > 2 * sum(busy) / 10
    assert companies.count("Northwind Systems") > 3 * len(companies) / len(set(companies))


def test_seed_obeys_the_rules_of_registration() -> None:
    store.seed(SMALL)

    for capacity in EventCapacity.objects.select_related("event"):
        limit = capacity.event.max_capacity
        assert limit is None or capacity.taken <= limit
        assert not capacity.waiting or capacity.taken == limit
    assert EventCapacity.objects.filter(waiting__gt=0).exists()
    assert not UserEventRelation.objects.filter(event__status=Kind.DRAFT.value).exists()


def test_triggers_count_again_after_a_seed() -> None:
    store.seed(SMALL)

    host(UserFactory.create(), Event.objects.order_by("pk")[0])

    assert find_drift() == []


def test_as_of_decides_what_is_past() -> None:
    plan = Plan(users=40, events=100, relations=100, as_of=date(2030, 6, 1))

    assert plan.starts[0].year == 2025
    assert {kind for start, kind in zip(plan.starts, plan.kinds, strict=True) if start.year < 2030} == {
        Kind.COMPLETED,
        Kind.CALLED_OFF,
    }


def test_shares_add_up_and_keep_below_the_largest() -> None:
    sizes = shares(1_000, 30, 50)

    assert (sum(sizes), max(sizes)) == (1_000, 50)


def test_shares_that_do_not_fit_are_refused() -> None:
    with pytest.raises(DoesNotFitError):
        shares(100, 3, 30)


def test_command_seeds_and_says_so() -> None:
    assert run() == "40 people, 5 events and 30 relations, counted and checked.\n"


def test_command_with_too_many_relations_exits_with_2() -> None:
    with pytest.raises(CommandError, match="Too many relations") as caught:
        run("--relations", "1000")

    assert caught.value.returncode == 2


def test_command_refuses_a_database_with_people() -> None:
    StaffFactory.create()
    UserFactory.create(external_id="demo-person-1")
    run()

    with pytest.raises(CommandError, match="holds people already") as caught:
        run("--seed", "2")

    assert caught.value.returncode == 1


def test_command_forced_adds_another_seed_but_not_the_same() -> None:
    run()
    run("--seed", "2", "--force")

    with pytest.raises(CommandError, match="Seed 2 is in this database already"):
        run("--seed", "2", "--force")
    assert User.objects.count() == 80


def test_command_stores_nothing_where_counters_have_drifted() -> None:
    EventFactory.create()
    drift_seats(taken=7)

    with pytest.raises(CommandError, match="run check_counts"):
        run()
    assert not User.objects.exists()


@pytest.mark.parametrize(
    "option",
    [
        "--users=0",
        "--users=100000001",
        "--events=x",
        "--events=²",
        "--relations=-5",
        "--relations=" + "9" * 5_000,
        "--seed=-1",
        "--seed=1000000000",
        "--as-of=soon",
        "--as-of=0001-01-01",
        "--as-of=1975-12-31",
        "--as-of=9999-12-31",
    ],
)
def test_command_refuses_arguments_that_are_none(option: str) -> None:
    with pytest.raises(CommandError, match=f"argument {option.split('=', maxsplit=1)[0]}: .* is no"):
        run(option)


@pytest.mark.parametrize("day", [FIRST_DAY, LAST_DAY])
def test_command_stores_rows_as_of_the_first_and_the_last_day(day: date) -> None:
    run("--as-of", str(day), "--seed", "999999999")

    assert (Event.objects.count(), UserEventRelation.objects.count()) == (5, 30)


def test_command_stores_people_and_events_without_relations() -> None:
    run("--relations", "0")

    assert (User.objects.count(), UserEventRelation.objects.count(), find_drift()) == (40, 0, [])


def test_command_interrupted_stores_nothing(monkeypatch: pytest.MonkeyPatch) -> None:
    class Interruption:
        def at(self, _done: int) -> None:
            raise KeyboardInterrupt

        def close(self) -> None:
            pass

    monkeypatch.setattr("relations.management.commands.seed.progress_on", lambda _out, _total, unit: Interruption())

    with pytest.raises(CommandError, match="Nothing was stored") as caught:
        run()
    assert (caught.value.returncode, User.objects.count()) == (130, 0)
