"""What the planner knows after an import."""

from pathlib import Path

import pytest
from django.db import connection, transaction

from users.imports.models import Import
from users.imports.service import Options
from users.imports.statistics import refresh_statistics
from users.models import User
from users.tests.factories import UserFactory
from users.tests.files import csv_file, imported

pytestmark = [pytest.mark.django_db(transaction=True), pytest.mark.database]


def rows_that_the_planner_expects() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT reltuples FROM pg_class WHERE oid = 'users_user'::regclass")
        return int(cursor.fetchone()[0])


@pytest.fixture
def twenty_people() -> list[User]:
    people = UserFactory.create_batch(20)
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE users_user")
    return people


def test_import_of_many_is_known_to_the_planner(tmp_path: Path, twenty_people: list[User]) -> None:
    imported(csv_file(tmp_path, "external_id", "a1", "a2", "a3"))

    assert rows_that_the_planner_expects() == 23


def test_import_of_few_is_left_to_the_server(tmp_path: Path, twenty_people: list[User]) -> None:
    imported(csv_file(tmp_path, "external_id", "a1", "a2"))

    assert rows_that_the_planner_expects() == 20


def test_dry_run_is_not_worth_it(tmp_path: Path, twenty_people: list[User]) -> None:
    imported(csv_file(tmp_path, "external_id", "a1", "a2", "a3"), options=Options(dry_run=True))

    assert rows_that_the_planner_expects() == 20


def test_transaction_of_the_caller_is_not_burdened_with_the_lock(tmp_path: Path, twenty_people: list[User]) -> None:
    with transaction.atomic():
        assert refresh_statistics(User, Import(created=100)) is False


def test_lock_of_another_is_not_waited_for(twenty_people: list[User]) -> None:
    other = connection.copy()
    try:
        with other.cursor() as cursor:
            cursor.execute("BEGIN")
            cursor.execute("LOCK TABLE users_user IN SHARE UPDATE EXCLUSIVE MODE")
            UserFactory.create()

            refresh_statistics(User, Import(created=100))
    finally:
        other.close()

    assert rows_that_the_planner_expects() == 20
