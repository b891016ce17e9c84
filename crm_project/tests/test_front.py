"""Whoever comes to the site's first page finds what is theirs."""

import pytest
from django.test import Client
from django.urls import reverse

from events.tests.factories import EventFactory
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def test_nobody_is_told_what_this_is_and_where_the_doors_are(client: Client) -> None:
    page = client.get("/").content.decode()

    assert f'href="{reverse("account-sign-in")}"' in page
    assert f'href="{reverse("account-sign-up")}"' in page


def test_staff_are_led_to_the_admin(admin_of_staff: Client) -> None:
    answer = admin_of_staff.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("admin:index"))


def test_customer_finds_their_own_events_alone(client: Client, customer: User) -> None:
    attend(customer, EventFactory.create(title="Meet-up"))
    attend(UserFactory.create(), EventFactory.create(title="Board meeting"))
    client.force_login(customer)

    page = client.get("/").content.decode()

    assert "Meet-up" in page
    assert "attendee · confirmed" in page
    assert "Board meeting" not in page


def test_first_page_is_only_to_be_read(client: Client) -> None:
    assert client.post("/").status_code == 405
