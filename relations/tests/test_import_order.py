"""Owners in conflict within a file: the order of its lines decides, whatever the size of a batch."""

import random
from pathlib import Path

import pytest
from django.db import transaction

from events.tests.factories import EventFactory
from relations.imports import RelationImport
from relations.models import UserEventRelation
from users.imports.service import Options
from users.tests.factories import UserFactory
from users.tests.files import csv_file, errors, imported

pytestmark = [pytest.mark.django_db, pytest.mark.database]
SIZES = (1, 2, 1000)
HEADER = "user_external_id,event_external_id,role,status"
PEOPLE = ["ann", "bob", "cid"]


def result_of(path: Path, batch_rows: int) -> tuple[set[tuple[str | None, str, str, str]], list[str]]:
    """Return all relations after an import, and its errors; nothing of it stays."""
    with transaction.atomic():
        report = imported(path, RelationImport(), Options(batch_rows=batch_rows))
        relations = set(UserEventRelation.objects.values_list("user__external_id", "event__slug", "role", "status"))
        transaction.set_rollback(True)
    return relations, errors(report) if report.record.failed else []


@pytest.mark.parametrize("seed", range(6))
def test_any_file_in_batches_of_any_size_comes_to_the_same(tmp_path: Path, seed: int) -> None:
    draw = random.Random(seed)  # noqa: S311  # the same files in each run
    people = [UserFactory.create(external_id=name) for name in PEOPLE]
    events = [EventFactory.create(external_id=name) for name in ("one", "two", "three")]
    for event in events:
        for person, status in zip(
            draw.sample(people, 2), ["cancelled", draw.choice(["cancelled", "confirmed"])], strict=True
        ):
            imported(csv_file(tmp_path, HEADER, f"{person.pk},{event.pk},owner,{status}"), RelationImport())
    rows = [
        f"{draw.choice([*PEOPLE, 'nobody'])},{draw.choice(events).external_id},"
        f"{draw.choice(['owner', 'owner', 'host'])},{draw.choice(['confirmed', 'cancelled', ''])}"
        for _ in range(25)
    ]
    path = csv_file(tmp_path, HEADER, *rows)

    one_by_one, *others = [result_of(path, size) for size in SIZES]

    assert others == [one_by_one, one_by_one]


@pytest.mark.parametrize("batch_rows", SIZES)
@pytest.mark.parametrize(
    ("rows", "owners", "failed"),
    [
        (["ann,one,owner,cancelled", "bob,one,owner,"], ["bob"], 0),
        (["bob,one,owner,", "ann,one,owner,cancelled"], [], 1),
    ],
)
def test_owner_who_goes_makes_room_for_later_lines_alone(
    tmp_path: Path, batch_rows: int, rows: list[str], owners: list[str], failed: int
) -> None:
    for name in PEOPLE:
        UserFactory.create(external_id=name)
    EventFactory.create(external_id="one")
    imported(csv_file(tmp_path, HEADER, "ann,one,owner,confirmed"), RelationImport())

    report = imported(csv_file(tmp_path, HEADER, *rows), RelationImport(), Options(batch_rows=batch_rows))

    live = UserEventRelation.objects.exclude(status="cancelled")
    assert list(live.values_list("user__external_id", flat=True)) == owners
    assert report.record.failed == failed
