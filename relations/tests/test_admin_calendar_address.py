"""The secret address of an event, on the desk."""

import pytest
from django.test import Client

from events.tests.factories import EventFactory
from relations.models import CalendarFeed
from relations.tests.desk import page, panel, said, signed_in
from relations.tests.factories import host
from users.models import User


def made(client: Client, path: str) -> str:
    """Ask for an address on the page, and return its path."""
    answer = client.post(path, {"step": "renew"})
    address: str = answer.context["address"]
    html = answer.content.decode()
    assert f'value="{address}"' in html
    assert f'href="webcal://{address.partition("://")[2]}"' in html
    assert "no-store" in answer["Cache-Control"]
    return "/" + address.split("/", 3)[3]


def test_who_hosts_an_event_makes_its_address_which_is_shown_once(organizer: User) -> None:
    event = EventFactory.create(title="Spring Conference")
    host(organizer, event)
    client, path = signed_in(organizer), page(event, "calendar_address")
    assert path in client.get(panel(event, "desk")).content.decode()
    assert "Make the address" in client.get(path).content.decode()

    address = made(client, path)

    fetched = Client().get(address)
    assert (fetched.status_code, b"SUMMARY:Spring Conference" in fetched.content) == (200, True)
    later = client.get(path).content.decode()
    assert (address in later, "It cannot be shown again" in later) == (False, True)


def test_renewing_and_ending_revoke_the_address(admin_of_staff: Client) -> None:
    event = EventFactory.create()
    path = page(event, "calendar_address")
    first = made(admin_of_staff, path)
    second = made(admin_of_staff, path)
    assert [Client().get(one).status_code for one in (first, second)] == [404, 200]

    answer = admin_of_staff.post(path, {"step": "end"}, follow=True)

    assert said(answer) == ["The address is ended: calendars that follow it get nothing any more."]
    assert (Client().get(second).status_code, CalendarFeed.objects.count()) == (404, 0)


def test_opening_the_page_and_strange_steps_change_nothing(admin_of_staff: Client) -> None:
    path = page(EventFactory.create(), "calendar_address")
    address = made(admin_of_staff, path)

    assert admin_of_staff.get(path).status_code == 200
    assert [admin_of_staff.post(path, sent).status_code for sent in ({"step": "all"}, {})] == [400, 400]
    assert Client().get(address).status_code == 200


def test_page_of_a_draft_says_that_its_address_opens_nothing_yet(admin_of_staff: Client) -> None:
    shown = [
        admin_of_staff.get(page(EventFactory.create(status=status), "calendar_address")).content.decode()
        for status in ("draft", "active")
    ]
    assert ["opens nothing until it is active" in html for html in shown] == [True, False]


@pytest.mark.parametrize("status", ["cancelled", "completed"])
def test_desk_of_a_closed_event_leads_to_an_address_that_there_is(admin_of_staff: Client, status: str) -> None:
    event = EventFactory.create(status=status)
    path, desk = page(event, "calendar_address"), panel(event, "desk")
    before = path in admin_of_staff.get(desk).content.decode()
    made(admin_of_staff, path)

    assert (before, path in admin_of_staff.get(desk).content.decode()) == (False, True)
