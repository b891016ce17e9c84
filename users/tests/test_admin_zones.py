"""Whose clock the admin shows."""

from datetime import UTC, datetime

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock

from users.imports.models import Import
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
MOMENT = datetime(2026, 3, 1, 18, 30, tzinfo=UTC)
PEOPLE = reverse("admin:users_user_changelist")


def signed_in(zone: str) -> Client:
    client = Client()
    client.force_login(UserFactory.create(is_superuser=True, is_staff=True, timezone=zone))
    return client


@pytest.mark.parametrize(
    ("zone", "shown"),
    [("UTC", "1 Mar 2026, 18:30 UTC"), ("Asia/Tokyo", "2 Mar 2026, 03:30 JST"), ("No/Where", "1 Mar 2026, 18:30 UTC")],
)
def test_admin_shows_times_in_the_zone_of_the_caller(zone: str, shown: str) -> None:
    record = Import.objects.create(kind="users", file_name="people.csv", sha256="0" * 64)
    Import.objects.filter(pk=record.pk).update(started_at=MOMENT)

    page = signed_in(zone).get(reverse("admin:users_import_changelist")).content.decode()

    assert shown in page
    assert clock.get_current_timezone_name() == "UTC"


@pytest.mark.parametrize(("zone", "found"), [("UTC", 0), ("Asia/Tokyo", 1)])
def test_days_of_a_filter_start_in_the_zone_of_the_caller(zone: str, found: int) -> None:
    client = signed_in(zone)
    User.objects.update(created_at=datetime(2020, 1, 1, tzinfo=UTC))
    person = UserFactory.create(created_at=MOMENT)

    listed = client.get(PEOPLE, {"created_since": "2026-03-02"}).context["cl"].result_list

    assert listed == [person] * found


def test_api_answers_in_utc_to_a_session_too() -> None:
    person = UserFactory.create(created_at=MOMENT)

    shown = signed_in("Asia/Tokyo").get(f"/api/v1/users/{person.pk}/").json()["created_at"]

    assert shown == "2026-03-01T18:30:00+00:00"
