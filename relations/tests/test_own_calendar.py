"""The page of one's own calendar address."""

import pytest
from django.test import Client

from events.tests.factories import EventFactory
from relations.models import CalendarFeed
from relations.tests.factories import attend
from users.models import User

pytestmark = pytest.mark.django_db
PAGE = "/account/calendar/"


@pytest.fixture
def signed_in(client: Client, customer: User) -> Client:
    client.force_login(customer)
    return client


def made(client: Client) -> str:
    """Ask for an address on the page, and return its path."""
    answer = client.post(PAGE, {"step": "renew"})
    address: str = answer.context["address"]
    html = answer.content.decode()
    assert f'value="{address}"' in html
    assert f'href="webcal://{address.partition("://")[2]}"' in html
    assert "no-store" in answer["Cache-Control"]
    return "/" + address.split("/", 3)[3]


def test_address_is_shown_once_and_opens_the_calendar_without_sign_in(signed_in: Client, customer: User) -> None:
    assert "Get my address" in signed_in.get(PAGE).content.decode()
    attend(customer, EventFactory.create(title="Spring Conference"))

    path = made(signed_in)

    fetched = Client().get(path)
    assert (fetched.status_code, b"SUMMARY:Spring Conference" in fetched.content) == (200, True)
    later = signed_in.get(PAGE).content.decode()
    assert (path in later, "It cannot be shown again" in later) == (False, True)


@pytest.mark.parametrize("step", ["renew", "end"])
def test_renewing_and_ending_revoke_the_address(signed_in: Client, step: str) -> None:
    path = made(signed_in)

    answer = signed_in.post(PAGE, {"step": step})

    assert Client().get(path).status_code == 404
    assert (answer.status_code, CalendarFeed.objects.count()) == ((200, 1) if step == "renew" else (302, 0))


def test_opening_the_page_and_strange_steps_change_nothing(signed_in: Client) -> None:
    path = made(signed_in)

    assert signed_in.get(PAGE).status_code == 200
    assert signed_in.post(PAGE, {"step": "all"}).status_code == 400
    assert Client().get(path).status_code == 200


def test_page_wants_sign_in_and_is_there_for_staff_too(client: Client, staff: User) -> None:
    assert client.post(PAGE, {"step": "renew"}).status_code == 302
    assert not CalendarFeed.objects.exists()
    client.force_login(staff)

    assert "account/calendar" in client.get("/account/").content.decode()
    assert Client().get(made(client)).status_code == 200
