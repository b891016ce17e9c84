"""Events in conflict within a file: the first row stands, whatever the size of a batch."""

import random
from pathlib import Path

import pytest
from django.db import transaction

from events.imports import EventImport
from events.models import Event
from events.tests.factories import EventFactory
from users.imports.service import Options
from users.tests.files import csv_file, errors, imported

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIZES = (1, 2, 1000)
HEADER = "external_id,slug,title,start_at"


def result_of(path: Path, batch_rows: int) -> tuple[set[tuple[str | None, str]], list[str]]:
    """Return the keys of all events after an import, and its errors; nothing of it stays."""
    with transaction.atomic():
        report = imported(path, EventImport(), Options(batch_rows=batch_rows))
        events = set(Event.objects.values_list("external_id", "slug"))
        transaction.set_rollback(True)
    return events, errors(report) if report.record.failed else []


@pytest.mark.parametrize("batch_rows", SIZES)
@pytest.mark.parametrize(
    ("rows", "stored", "failed"),
    [
        (["e2,pycon,Other,2025-03-30", "e1,,PyCon,2025-03-30"], {("e2", "pycon"), ("e1", "pycon-2")}, 0),
        (["e2,,PyCon,2025-03-30", "e1,pycon,Other,2025-03-30"], {("e2", "pycon")}, 1),
        (["e2,,PyCon,2025-03-30", "known,pycon,Other,2025-03-30"], {("e2", "pycon"), ("known", "old")}, 1),
        (["e2,pycon-2,Other,2025-03-30", "e1,,PyCon,2025-03-30"], {("e2", "pycon-2"), ("e1", "pycon")}, 0),
        (
            ["e2,pycon-2,Other,2025-03-30", "e1,,PyCon 2,2025-03-30", "e3,,PyCon 2 2,2025-03-30"],
            {("e2", "pycon-2"), ("e1", "pycon-2-2"), ("e3", "pycon-2-2-2")},
            0,
        ),
    ],
)
def test_slug_goes_to_the_first_row_made_or_named(
    tmp_path: Path, batch_rows: int, rows: list[str], stored: set[tuple[str, str]], failed: int
) -> None:
    EventFactory.create(external_id="known", slug="old")

    events, listed = result_of(csv_file(tmp_path, HEADER, *rows), batch_rows)

    assert stored <= events
    assert len(listed) == failed


@pytest.mark.parametrize("seed", range(4))
def test_any_file_in_batches_of_any_size_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # the same files in each run
    for number in range(3):
        EventFactory.create(
            external_id=draw.choice([None, f"k{number}"]), slug=draw.choice(["con", "talk"]) + str(number)
        )
    slugs = ["", "", "", "con", "con-2", "con-3", "con0", "con1", "talk0", "talk1"]
    keys = ["", *(f"k{number}" for number in range(9))]
    rows = [f"{draw.choice(keys)},{draw.choice(slugs)},{draw.choice(['Con', 'Con 2'])},2025-03-30" for _ in range(25)]
    path = csv_file(tmp_path, HEADER, *rows)

    one_by_one, *others = [result_of(path, size) for size in SIZES]

    assert others == [one_by_one, one_by_one]
