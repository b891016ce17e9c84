"""Whoever comes to the site's first page finds what is theirs."""

import pytest
from django.test import Client
from django.urls import reverse

from users.models import User

pytestmark = pytest.mark.django_db


def test_nobody_is_told_what_this_is_and_where_the_doors_are(client: Client) -> None:
    page = client.get("/").content.decode()

    assert f'href="{reverse("account-sign-in")}"' in page
    assert f'href="{reverse("account-sign-up")}"' in page


def test_staff_are_led_to_the_admin(admin_of_staff: Client) -> None:
    answer = admin_of_staff.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, reverse("admin:index"))


def test_customer_is_led_to_their_account(client: Client, customer: User) -> None:
    client.force_login(customer)

    answer = client.get("/")

    assert (answer.status_code, answer.headers["Location"]) == (302, "/account/")


@pytest.mark.parametrize("path", ["/admin/", "/admin/users/user/"])
def test_customer_in_the_admin_is_told_that_it_is_for_staff(client: Client, customer: User, path: str) -> None:
    client.force_login(customer)

    answer = client.get(path, follow=True)

    assert (answer.status_code, b"This is for staff" in answer.content) == (403, True)
    assert b'href="/account/"' in answer.content


def test_nobody_in_the_admin_is_asked_to_sign_in(client: Client) -> None:
    assert b'name="password"' in client.get("/admin/", follow=True).content


def test_first_page_is_only_to_be_read(client: Client) -> None:
    assert client.post("/").status_code == 405
