"""What browsers and proxies may keep."""

from typing import Any

import pytest
from django.test import Client

from relations.feeds import open_feed
from users.models import User


@pytest.mark.django_db
@pytest.mark.parametrize(
    "path",
    [
        "/account/sign-up/",
        "/account/password/reset/",
        "/calendars/x.ics",
        "/nowhere/",
        "/api/v1/users/me/",
        "/api/docs/",
    ],
)
def test_answer_that_says_nothing_of_it_is_kept_by_nobody(client: Client, path: str) -> None:
    assert client.get(path).headers["Cache-Control"] == "private, no-store"


def test_people_and_secrets_are_kept_by_nobody(client_of: Any, staff: User) -> None:
    caller = client_of(staff)
    answers = [caller.get("/api/v1/users/"), caller.post("/api/v1/users/me/calendar/")]

    assert [answer.status_code for answer in answers] == [200, 201]
    assert {answer.headers["Cache-Control"] for answer in answers} == {"private, no-store"}


@pytest.mark.django_db
def test_answer_that_says_how_long_is_kept_so_long(client: Client, staff: User) -> None:
    answer = client.get(f"/calendars/{open_feed(staff)}.ics")

    assert answer.headers["Cache-Control"] == "private, max-age=300"
