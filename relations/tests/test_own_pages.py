"""The first page of somebody's account: their own parts in events."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.utils import timezone as clock

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations.services import end_relation
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
HOME = "/account/"


@pytest.fixture
def customers(client: Client, customer: User) -> Client:
    """Return a browser in which the customer is signed in."""
    client.force_login(customer)
    return client


def shown(client: Client, address: str = HOME, rows: str = "rows") -> list[tuple[str, str]]:
    """Return title and status of each part on a page, in order."""
    return [(row["event"].title, row["relation"].status) for row in client.get(address).context[rows]]


def test_who_has_just_signed_up_is_led_to_events(customers: Client) -> None:
    page = customers.get(HOME).content.decode()

    assert 'class="button" href="/account/events/"' in page
    assert "You have no part in any event to come yet" in page


def test_own_parts_to_come_and_past(customers: Client, customer: User) -> None:
    attend(customer, EventFactory.create(title="Later", start_at=clock.now() + timedelta(days=9)))
    attend(customer, EventFactory.create(title="Sooner", start_at=clock.now() + timedelta(days=2)))
    host(customer, EventFactory.create(title="Hosted", start_at=clock.now() + timedelta(days=4)))
    attended(customer, PastEventFactory.create(title="Old"))
    attended(customer, PastEventFactory.create(title="Older", start_at=clock.now() - timedelta(days=60), end_at=None))
    attend(UserFactory.create(), EventFactory.create(title="Others'"))

    assert shown(customers) == [("Sooner", "confirmed"), ("Hosted", "confirmed"), ("Later", "confirmed")]
    assert shown(customers, "/account/?past") == [("Old", "attended"), ("Older", "attended")]


def test_of_what_was_cancelled_and_taken_up_again_the_last_is_shown(customers: Client, customer: User) -> None:
    event = EventFactory.create(title="Talk")
    end_relation(relation=attend(customer, event), actor=None, reason="test")
    assert (shown(customers), shown(customers, rows="ended")) == ([], [("Talk", "cancelled")])
    attend(customer, event)
    assert (shown(customers), shown(customers, rows="ended")) == ([("Talk", "confirmed")], [])


def test_part_that_was_cancelled_stands_apart_from_those_to_come(customers: Client, customer: User) -> None:
    attend(customer, EventFactory.create(title="Workshop"))
    end_relation(relation=attend(customer, EventFactory.create(title="Talk")), actor=None, reason="test")
    page = customers.get(HOME).content.decode()
    to_come, ended = page.split("Cancelled or ended")
    assert ("Workshop" in to_come, "Talk" in to_come, "Talk" in ended) == (True, False, True)
    assert "Cancelled or ended" not in customers.get("/account/?past").content.decode()


def test_event_that_became_a_draft_again_is_hidden_and_one_called_off_is_not(customers: Client, customer: User) -> None:
    for title in ("draft", "cancelled"):
        event = EventFactory.create(title=title)
        attend(customer, event)
        Event.objects.filter(pk=event.pk).update(status=title)

    assert [title for title, _status in shown(customers)] == ["cancelled"]
    assert "The event is cancelled" in customers.get(HOME).content.decode()


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_queries_for_one_as_for_three(
    customers: Client, customer: User, django_assert_num_queries: Any, number: int
) -> None:
    for _time in range(number):
        attend(customer, EventFactory.create(max_capacity=0))
    with django_assert_num_queries(6):  # session, person, roles, own parts, places in queues, parts that ended
        assert len(shown(customers)) == number
