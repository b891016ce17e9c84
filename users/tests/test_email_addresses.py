"""Addresses in the form in which they are stored, at each door that takes one."""

from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.test import Client

from users.email_addresses import mailbox_of
from users.models import PendingSignup, User
from users.services import create_user

PASSWORD = "correct horse battery"
GROWING = "İ" * 200 + "@example.com"  # in small letters each has a dot of its own: too long for the database
WRONG = [GROWING, "adİn@example.com", "ſam@example.com", "mıke@example.com"]


@pytest.mark.django_db
@pytest.mark.parametrize("email", WRONG)
def test_letters_that_pass_for_others_are_refused_at_every_door(
    client: Client, client_of: Any, staff: User, email: str
) -> None:
    pages = {"sign-up": {"email": email, "password": PASSWORD}, "password/reset": {"email": email}}
    calls = {"signup": {"email": email, "password": PASSWORD}, "password/reset": {"email": email}}
    own = {"email": email, "current_password": PASSWORD}
    staff.set_password(PASSWORD)
    staff.save()

    shown = [client.post(f"/account/{path}/", fields) for path, fields in pages.items()]
    answers = [client.post(f"/api/v1/auth/{path}/", body, "application/json") for path, body in calls.items()]
    answers += [client_of(staff).patch("/api/v1/users/me/", own), client_of(staff).post("/api/v1/users/", own)]

    assert [[*page.context["form"].errors] for page in shown] == [["email"]] * 2
    assert [answer.status_code for answer in answers] == [400] * 4
    assert [answer.json()["errors"][0]["pointer"] for answer in answers] == ["/email"] * 4
    assert not PendingSignup.objects.exists()


@pytest.mark.django_db
def test_what_does_not_come_by_a_form_is_refused_too() -> None:
    with pytest.raises(ValidationError) as refused:
        create_user(user=User(email="ſam@example.com"))

    assert refused.value.message_dict == {"email": ["Enter a valid email address."]}


@pytest.mark.django_db
def test_fault_is_named_once(client_of: Any, staff: User) -> None:
    answer = client_of(staff).post("/api/v1/users/", {"email": "nora"})

    assert answer.json()["errors"] == [
        {"pointer": "/email", "code": "invalid", "detail": "Enter a valid email address."}
    ]


@pytest.mark.django_db
def test_capitals_of_every_alphabet_are_the_same_address(client: Client) -> None:
    client.post("/account/sign-up/", {"email": "MI\N{KELVIN SIGN}E@Bücher.Example", "password": PASSWORD})

    assert PendingSignup.objects.get().email == "mike@bücher.example"


@pytest.mark.parametrize(
    ("email", "mailbox"),
    [
        ("Nora@Example.com", "nora@example.com"),
        ("nora+1@example.com", "nora@example.com"),
        ("nora@bücher.example", "nora@xn--bcher-kva.example"),
        ("nora@ｅxample.com", "nora@example.com"),
        ("+nora@example.com", "+nora@example.com"),
        (f"nora@{'x' * 70}.com", f"nora@{'x' * 70}.com"),
    ],
)
def test_ways_to_write_one_mailbox(email: str, mailbox: str) -> None:
    assert mailbox_of(email) == mailbox
