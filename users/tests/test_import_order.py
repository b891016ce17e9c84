"""The order of the file decides, whatever the size of a batch."""

import random
from pathlib import Path

import pytest
from django.db import connection, transaction

from users.imports.errors import TangledError
from users.imports.kinds import Batch, Row
from users.imports.models import Import
from users.imports.order import Claim, waiting
from users.imports.people import PeopleImport
from users.imports.service import Options
from users.models import User
from users.tests.factories import UserFactory
from users.tests.files import csv_file, errors, imported, numbers

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIZES = (1, 2, 1000)
Stored = set[tuple[str | None, str | None, str]]


def result_of(path: Path, batch_rows: int) -> tuple[Stored, tuple[int, ...], list[str]]:
    """Return what an import makes of the people there are, its numbers and errors; nothing of it stays."""
    with transaction.atomic():
        report = imported(path, options=Options(batch_rows=batch_rows))
        people = set(User.objects.values_list("external_id", "email", "city"))
        transaction.set_rollback(True)
    return people, numbers(report), errors(report) if report.record.failed else []


@pytest.mark.parametrize("batch_rows", SIZES)
@pytest.mark.parametrize(
    ("rows", "stored", "reason"),
    [
        (
            ["z,x@example.com", "a,x@example.com"],
            {("z", "x@example.com")},
            "3,another person has this email: external_id z (line 2),a,x@example.com",
        ),
        (
            [",x@example.com", "a,x@example.com"],
            {(None, "x@example.com")},
            "3,line 2 is about the same person already,a,x@example.com",
        ),
        (
            ["new,x@example.com", "known,x@example.com"],
            {("new", "x@example.com")},
            "3,external_id and email belong to two different persons,known,x@example.com",
        ),
        (["known,new@example.com", "next,known@example.com"], {("known", "new@example.com")}, None),
        (
            ["other,known@example.com", "known,new@example.com"],
            {("known", "new@example.com"), ("other", "other@example.com")},
            "2,external_id and email belong to two different persons,other,known@example.com",
        ),
    ],
)
def test_first_of_two_rows_in_conflict_stands(
    tmp_path: Path, batch_rows: int, rows: list[str], stored: Stored, reason: str | None
) -> None:
    for name in ("known", "other"):
        UserFactory.create(external_id=name, email=f"{name}@example.com")

    report = imported(csv_file(tmp_path, "external_id,email", *rows), options=Options(batch_rows=batch_rows))

    assert stored <= set(User.objects.values_list("external_id", "email"))
    assert (errors(report) if report.record.failed else []) == ([reason] if reason else [])


@pytest.mark.parametrize("seed", range(6))
def test_any_file_in_batches_of_any_size_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # the same files in each run
    for number in range(4):
        UserFactory.create(external_id=draw.choice([None, f"k{number}"]), email=f"{number}@example.com", city="Bonn")
    keys = ["", *(f"k{number}" for number in range(6))]
    emails = ["", *(f"{number}@example.com" for number in range(6))]
    rows = [f"{draw.choice(keys)},{draw.choice(emails)},{draw.choice(['Bonn', 'Kiel'])}" for _ in range(25)]
    path = csv_file(tmp_path, "external_id,email,city", *rows)

    one_by_one, *others = [result_of(path, size) for size in SIZES]

    assert others == [one_by_one, one_by_one]


def test_row_waits_for_an_earlier_one_that_is_not_refused() -> None:
    claims = [
        Claim(2, ["a"], ["a"], refused=False),
        Claim(3, ["b"], ["b"], refused=True),
        Claim(4, ["b"], ["b"], refused=False),
        Claim(5, ["a", "c"], ["a", "c"], refused=True),
        Claim(6, ["c"], ["c"], refused=False),
    ]

    assert waiting(claims) == [5, 6]


def test_rows_that_queue_go_together_but_none_overtakes_one_that_waits() -> None:
    claims = [
        Claim(2, [], [], refused=False, queues=["q"]),
        Claim(3, ["a"], ["a"], refused=False, queues=["q"]),
        Claim(4, ["a"], ["a"], refused=False, queues=["q"]),
        Claim(5, [], [], refused=False, queues=["q"]),
    ]

    assert waiting(claims) == [4, 5]


def test_long_line_of_rows_that_wait_for_each_other_is_stored_in_small_batches(tmp_path: Path) -> None:
    names = range(30)
    for number in names:
        UserFactory.create(external_id=f"p{number}", email=f"p{number}@example.com")
    rows = [f"p{number},p{number + 1}@example.com" for number in reversed(names)]
    record = Import.objects.create(kind="users", sha256="0", file_name="x")
    batch = Batch(record, ["external_id", "email"], [Row(line, row.split(",")) for line, row in enumerate(rows, 2)])

    with pytest.raises(TangledError), transaction.atomic(), connection.cursor() as cursor:
        PeopleImport().store(cursor, batch)
    report = imported(csv_file(tmp_path, "external_id,email", *rows))

    assert numbers(report) == (0, 30, 0, 0)
    assert User.objects.get(external_id="p0").email == "p1@example.com"
