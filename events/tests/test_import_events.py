"""What an import does to events."""

import io
from datetime import UTC, date, datetime, time
from pathlib import Path

import openpyxl
import pytest
from django.core.management import call_command
from pytest_django import DjangoAssertNumQueries

from events.imports import EventImport
from events.models import Event
from events.signals import admission_changed
from events.tests.factories import EventFactory
from users.imports.service import Options, Report
from users.tests.files import csv_file, errors, imported, numbers, xlsx_file

pytestmark = [pytest.mark.django_db, pytest.mark.database]
HEADER = "external_id,slug,title,start_at"


def import_events(path: Path, options: Options | None = None) -> Report:
    return imported(path, EventImport(), options)


def test_command_imports_events(tmp_path: Path) -> None:
    out = io.StringIO()

    call_command("import_events", str(csv_file(tmp_path, HEADER, "e1,one,One,2025-03-30")), stdout=out)

    assert "1 created" in out.getvalue()


def test_new_event_with_all_its_fields(tmp_path: Path) -> None:
    path = csv_file(
        tmp_path,
        "external_id,slug,title,description,start_at,end_at,timezone,max_capacity,waitlist_enabled,status",
        'e1,one,One,"two\nlines",2025-03-30T18:00:00+02:00,2025-03-30T20:00:00+02:00,Europe/Berlin,50,no,completed',
    )

    import_events(path)

    event = Event.objects.get()
    assert (event.slug, event.description, event.timezone) == ("one", "two\nlines", "Europe/Berlin")
    assert (event.max_capacity, event.waitlist_enabled, event.status) == (50, False, "completed")
    assert event.start_at == datetime(2025, 3, 30, 16, tzinfo=UTC)
    assert event.end_at == datetime(2025, 3, 30, 18, tzinfo=UTC)


def test_defaults_of_a_new_event(tmp_path: Path) -> None:
    import_events(csv_file(tmp_path, f"{HEADER},status,max_capacity", "e1,one,One,2025-03-30T18:00:00,,"))

    event = Event.objects.get()
    assert (event.status, event.max_capacity, event.end_at, event.timezone) == ("active", None, None, "UTC")
    assert event.start_at == datetime(2025, 3, 30, 18, tzinfo=UTC)


def test_date_alone_is_the_day_s_start_in_the_event_s_zone(tmp_path: Path) -> None:
    import_events(csv_file(tmp_path, f"{HEADER},timezone", "e1,one,One,2025-07-01,Asia/Tokyo"))

    assert Event.objects.get().start_at == datetime(2025, 6, 30, 15, tzinfo=UTC)


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, HEADER, "e1,one,One,2025-03-30", "e2,,Two,2025-03-31")
    import_events(path)

    assert numbers(import_events(path)) == (0, 0, 2, 0)


def test_known_event_is_found_by_slug_and_gets_the_external_id(tmp_path: Path) -> None:
    EventFactory.create(slug="one", title="Old", venue="Hall")

    report = import_events(csv_file(tmp_path, HEADER, "e1,one,New,2025-03-30"))

    assert numbers(report) == (0, 1, 0, 0)
    assert Event.objects.values_list("external_id", "title", "venue").get() == ("e1", "New", "Hall")


def test_empty_slug_keeps_the_stored_one(tmp_path: Path) -> None:
    EventFactory.create(external_id="e1", slug="one")

    import_events(csv_file(tmp_path, HEADER, "e1,,One,2025-03-30"))

    assert Event.objects.get().slug == "one"


@pytest.mark.parametrize("header", [HEADER, "external_id,title,start_at"])
def test_slugs_are_made_from_titles_and_numbered(tmp_path: Path, header: str) -> None:
    EventFactory.create(slug="pycon")
    EventFactory.create(slug="pycon-3")
    slug = "," if header == HEADER else ""
    rows = [f"e{number},{slug}{title},2025-03-30" for number, title in enumerate(["PyCon", "PyCon", "¿¡", "PyCon!"])]

    report = import_events(csv_file(tmp_path, header, *rows))

    assert numbers(report) == (4, 0, 0, 0)
    made = Event.objects.filter(external_id__isnull=False).order_by("external_id").values_list("slug", flat=True)
    assert list(made) == ["pycon-2", "pycon-4", "event", "pycon-5"]


def test_slug_that_was_made_for_an_earlier_event_is_an_error(tmp_path: Path) -> None:
    report = import_events(csv_file(tmp_path, HEADER, "e1,,PyCon,2025-03-30", "e2,pycon,Other,2025-03-30"))

    assert errors(report) == ["3,another event has this slug: external_id e1 (line 2),e2,pycon,Other,2025-03-30"]


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        ("e1,one,,2025-03-30,", "title is empty"),
        ("e1,one,One,,", "start_at is empty"),
        ("e1,one,One,30.03.2025,", "start_at: “30.03.2025” is no ISO 8601 time such as 2025-03-30T18:00:00+02:00"),
        ("e1,one,One,2025-03-30,2025-03-29", "end_at: the event ends before it starts"),
        ("e1,one,One,0001-01-01T00:00:00+02:00,", "start_at: out of range"),
        (",,One,2025-03-30,", "has neither external_id nor slug"),
        (
            ",,,tomorrow,many",
            "title is empty; start_at: “tomorrow” is no ISO 8601 time such as 2025-03-30T18:00:00+02:00; ",
        ),
        (
            ",,One,0001-01-01T00:00:00+02:00,9999-12-31",
            "has neither external_id nor slug; start_at: out of range; end_at: out of range",
        ),
        ("e1,ü ü,One,2025-03-30,", "slug: Enter a valid “slug” consisting of"),
    ],
)
def test_row_that_is_no_event_is_an_error(tmp_path: Path, row: str, reason: str) -> None:
    report = import_events(csv_file(tmp_path, f"{HEADER},end_at", row))

    assert numbers(report) == (0, 0, 0, 1)
    assert reason in errors(report)[0]


def test_start_after_the_stored_end_is_an_error_in_our_words(tmp_path: Path) -> None:
    EventFactory.create(external_id="e1", slug="one")

    report = import_events(csv_file(tmp_path, HEADER, "e1,one,One,2125-03-30"))

    assert errors(report) == ["2,The event ends before it starts.,e1,one,One,2125-03-30"]


def test_rows_that_one_constraint_refuses_are_found_together(
    tmp_path: Path, django_assert_max_num_queries: DjangoAssertNumQueries
) -> None:
    """Tried one by one, 2,000 such rows took half a minute."""
    for number in range(40):
        EventFactory.create(external_id=f"e{number}")
    rows = [f"e{number},One,2125-03-30" for number in range(40)]
    path = csv_file(tmp_path, "external_id,title,start_at", *rows, "new,One,2125-03-30")

    with django_assert_max_num_queries(60):
        report = import_events(path)

    assert numbers(report) == (1, 0, 0, 40)
    assert [line.split(",")[1] for line in errors(report)] == ["The event ends before it starts."] * 40


def test_changed_capacity_is_announced_once_per_event(tmp_path: Path) -> None:
    changed = EventFactory.create(external_id="e1", max_capacity=10)
    EventFactory.create(external_id="e2", max_capacity=10, start_at=datetime(2025, 3, 30, tzinfo=UTC), end_at=None)
    heard: list[Event] = []

    def listen(*, events: list[Event], **_kwargs: object) -> None:
        heard.extend(events)

    admission_changed.connect(listen)
    try:
        rows = ["e1,One,2025-03-30,20", "e2,Two,2025-03-30,10", "e3,Three,2025-03-30,10"]
        import_events(csv_file(tmp_path, "external_id,title,start_at,max_capacity", *rows))
    finally:
        admission_changed.disconnect(listen)

    assert [(event.pk, event.max_capacity) for event in heard] == [(changed.pk, 20)]


@pytest.mark.parametrize(
    ("clock", "number_format", "start_at"),
    [
        (time(), "yyyy-mm-dd", datetime(2025, 6, 30, 15, tzinfo=UTC)),
        (time(0, 1), "yyyy-mm-dd", datetime(2025, 6, 30, 15, tzinfo=UTC)),
        (time(), "yyyy-mm-dd h:mm", datetime(2025, 7, 1, tzinfo=UTC)),
        (time(0, 1), "yyyy-mm-dd h:mm", datetime(2025, 7, 1, 0, 1, tzinfo=UTC)),
    ],
)
def test_number_format_tells_a_date_from_a_time(
    tmp_path: Path, clock: time, number_format: str, start_at: datetime
) -> None:
    start = datetime.combine(date(2025, 7, 1), clock)
    path = xlsx_file(tmp_path, ["external_id", "title", "start_at", "timezone"], ["e1", "One", start, "Asia/Tokyo"])
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["C2"].number_format = number_format
    workbook.save(path)

    import_events(path)

    assert Event.objects.get().start_at == start_at


def test_text_that_was_cut_is_not_stored_in_half(tmp_path: Path) -> None:
    header = "external_id,title,start_at,description"
    first = import_events(csv_file(tmp_path, header, f"e1,One,tomorrow,{'x' * 40_000}"))
    listed = first.errors_path
    listed.write_text(listed.read_text(encoding="utf-8").replace("tomorrow,", "2025-03-30,"), encoding="utf-8")

    report = import_events(listed)

    assert not Event.objects.exists()
    assert errors(report)[0].startswith("2,holds a text that was cut here; take the row from the first file,e1,One,")
