"""Times that could not be shown in every zone are kept out of the database."""

from datetime import UTC, datetime
from pathlib import Path

import pytest
from django.db import IntegrityError
from django.test import Client
from rest_framework.test import APIClient

from events.imports import EventImport
from events.models import Event
from events.tests.factories import EventFactory
from users.tests.answers import problem
from users.tests.files import csv_file, errors, imported, numbers

pytestmark = pytest.mark.django_db
EVENTS = "/api/v1/events/"
FAR = ["9999-12-31T23:00:00Z", "9999-12-30T00:00:00Z", "0001-01-02T23:59:59Z"]


@pytest.mark.parametrize("start", FAR)
def test_event_at_a_far_time_is_refused(client_of_staff: APIClient, start: str) -> None:
    answer = client_of_staff.post(EVENTS, {"title": "T", "start_at": start, "timezone": "Asia/Tokyo"})

    assert problem(answer)[0] == 400
    assert "9999-12-29" in answer.json()["detail"]
    assert not Event.objects.exists()


def test_end_moved_to_a_far_time_is_refused(client_of_staff: APIClient) -> None:
    event = EventFactory.create()

    assert problem(client_of_staff.patch(f"{EVENTS}{event.pk}/", {"end_at": FAR[0]}))[0] == 400


@pytest.mark.parametrize("start", ["9999-12-29T23:59:59Z", "0001-01-03T00:00:00Z"])
@pytest.mark.parametrize("zone", ["Pacific/Kiritimati", "Pacific/Pago_Pago"])
def test_first_and_last_times_are_shown_everywhere(
    client_of_staff: APIClient, admin_of_staff: Client, start: str, zone: str
) -> None:
    answer = client_of_staff.post(EVENTS, {"title": "Far away", "start_at": start, "timezone": zone})

    assert answer.status_code == 201
    assert admin_of_staff.get("/admin/").status_code == 200
    assert "Far away" in admin_of_staff.get("/admin/events/event/").content.decode()


def test_far_time_that_no_form_has_seen_is_refused() -> None:
    with pytest.raises(IntegrityError, match="events_event_at_a_showable_time"):
        EventFactory.create(start_at=datetime(9999, 12, 31, tzinfo=UTC), end_at=None)


@pytest.mark.database
@pytest.mark.parametrize("start", FAR)
def test_imported_row_with_a_far_time_is_an_error(tmp_path: Path, start: str) -> None:
    path = csv_file(tmp_path, "external_id,title,start_at", f"e1,One,{start}", "e2,Two,2030-01-01")

    report = imported(path, EventImport(), None)

    assert numbers(report) == (1, 0, 0, 1)
    assert errors(report) == [f"2,start_at: out of range,e1,One,{start}"]


@pytest.mark.database
def test_imported_row_with_a_far_end_is_an_error(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,title,start_at,end_at", f"e1,One,2030-01-01,{FAR[0]}")

    assert errors(imported(path, EventImport(), None)) == [f"2,end_at: out of range,e1,One,2030-01-01,{FAR[0]}"]


def test_events_without_an_external_id_may_say_so_with_an_empty_text(client_of_staff: APIClient) -> None:
    body = {"title": "T", "start_at": "2030-01-01", "external_id": ""}

    answers = [client_of_staff.post(EVENTS, body) for _ in range(2)]

    assert [(answer.status_code, answer.json()["external_id"]) for answer in answers] == [(201, None)] * 2
