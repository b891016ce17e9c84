"""Statements that go to the server together do what they do one by one."""

import pghistory
import pytest
from django.db import DataError, transaction
from pytest_django import DjangoAssertNumQueries

from api.statements import send

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def test_rows_of_each_come_back_in_one_way_to_the_server(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    with django_assert_num_queries(1):
        answers = send(("SELECT %s::text, %s::int", ["a%", 1]), ("SET LOCAL lock_timeout = 0", []), ("SELECT 2", []))

    assert answers == [[("a%", 1)], [], [(2,)]]


@pytest.mark.parametrize("first", ["SELECT 1", "SET LOCAL lock_timeout = 0"])
def test_rows_come_back_where_history_is_kept(first: str) -> None:
    with pghistory.context(asked="by a request"), transaction.atomic():
        answers = send((first, []), ("SELECT 2", []), ("SELECT 3 WHERE false", []), ("SELECT 4", []))

    assert [*answers[1:]] == [[(2,)], [], [(4,)]]


def test_where_one_fails_the_rest_is_left_undone() -> None:
    setting = "SELECT set_config('crm.test', %s, true)"
    with pytest.raises(DataError), transaction.atomic():
        send((setting, ["before"]), ("SELECT 1 / %s", [0]), (setting, ["after"]))

    assert send(("SELECT COALESCE(current_setting('crm.test', true), '')", [])) == [[("",)]]
