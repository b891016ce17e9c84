"""The reason of a change: local to its block, whatever happens in it, and cheap to give."""

import pytest
from django.db import connection, transaction
from pytest_django import DjangoAssertNumQueries

from events.tests.factories import EventFactory
from relations.ledger import stated
from relations.registration import register
from relations.tests.factories import attend
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def reason_in_force() -> str:
    with connection.cursor() as cursor:
        cursor.execute("SELECT COALESCE(current_setting('crm.reason', true), '')")
        (reason,) = cursor.fetchone()
        return str(reason)


def test_reason_is_in_force_within_its_block_alone() -> None:
    with stated(actor=None, reason="test"):
        within = reason_in_force()

    assert (within, reason_in_force()) == ("test", "")


def test_error_within_the_block_takes_the_reason_along() -> None:
    with pytest.raises(ZeroDivisionError), transaction.atomic(), stated(actor=None, reason="test"):
        raise ZeroDivisionError

    assert reason_in_force() == ""


def test_error_that_is_caught_without_a_savepoint_of_its_own_lets_nothing_more_be_done() -> None:
    with transaction.atomic():
        with pytest.raises(ZeroDivisionError), stated(actor=None, reason="test"):
            raise ZeroDivisionError
        with pytest.raises(transaction.TransactionManagementError):
            reason_in_force()

    assert reason_in_force() == ""


def test_registration_is_five_ways_to_the_server(django_assert_num_queries: DjangoAssertNumQueries) -> None:
    """All but the first two are under the lock, where others wait: BEGIN, lock and read, insert, mail, COMMIT."""
    event, user = EventFactory.create(), UserFactory.create()
    attend(UserFactory.create(), event)  # the first opens the campaign of its mails

    with django_assert_num_queries(5):
        register(user=user, event=event, actor=user, reason="test")
