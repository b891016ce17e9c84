"""History that an import writes for itself, held against what the trigger writes."""

from pathlib import Path
from typing import Any

import pghistory.models
import pytest
from django.db import models

from users.models import EDITED, User
from users.tests.factories import UserFactory
from users.tests.files import csv_file, imported, numbers, only_the_database_refuses

pytestmark = [pytest.mark.django_db, pytest.mark.database]
CHANGES = {"email": "new@example.com", "city": "Kiel", "phone_number": "+49301234567"}


def last_of(person: User) -> dict[str, Any]:
    """Return the newest row of a person's history, without what differs from person to person."""
    history: models.Model = person.history.latest("pgh_id")
    theirs = {"pgh_id", "pgh_obj_id", "pgh_context_id", "pgh_created_at", "id", "external_id", "email"}
    return {
        field.attname: getattr(history, field.attname)
        for field in history._meta.concrete_fields
        if field.attname not in theirs
    }


def test_import_writes_the_history_that_the_trigger_writes(tmp_path: Path) -> None:
    by_hand, by_import = UserFactory.create_batch(2, first_name="Ann", last_name="Able", is_staff=True, language="de")
    User.objects.filter(pk=by_import.pk).update(external_id="a1")
    for name, value in CHANGES.items():
        setattr(by_hand, name, value)
    by_hand.save(update_fields=[*CHANGES])
    User.objects.filter(pk=by_hand.pk).update(email="other@example.com")

    imported(csv_file(tmp_path, f"external_id,{','.join(CHANGES)}", f"a1,{','.join(CHANGES.values())}"))

    assert last_of(by_import) == last_of(by_hand)
    assert last_of(by_import)["pgh_label"] == "update"
    newest = by_import.history.latest("pgh_id")
    by_import.refresh_from_db()
    assert {name: getattr(newest, name) for name in EDITED} == {name: getattr(by_import, name) for name in EDITED}


def test_each_change_is_recorded_once(tmp_path: Path) -> None:
    people = [UserFactory.create(external_id=f"a{number}", city="Bonn") for number in range(3)]
    before = [person.history.count() for person in people]

    report = imported(csv_file(tmp_path, "external_id,city", "a0,Kiel", "a1,Bonn", "a2,Kiel"))

    after = [person.history.count() for person in people]
    assert numbers(report) == (0, 2, 1, 0)
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 0, 1]


def test_import_that_changes_nothing_leaves_no_context(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", city="Bonn")
    contexts = pghistory.models.Context.objects.count()

    imported(csv_file(tmp_path, "external_id,city", "a1,Bonn"))

    assert pghistory.models.Context.objects.count() == contexts


def test_changes_after_an_import_in_the_same_transaction_are_recorded_by_the_trigger(tmp_path: Path) -> None:
    person = UserFactory.create(external_id="a1", city="Bonn")
    imported(csv_file(tmp_path, "external_id,city", "a1,Kiel"))

    User.objects.filter(pk=person.pk).update(city="Lübeck")

    assert list(person.history.order_by("pgh_id").values_list("city", flat=True)) == ["Bonn", "Kiel", "Lübeck"]


def test_row_that_the_database_refuses_leaves_the_trigger_at_work(tmp_path: Path) -> None:
    """The UPDATE fails while the trigger is ignored: what comes after in the transaction is recorded all the same."""
    only_the_database_refuses(city="Atlantis")
    person = UserFactory.create(external_id="a1", city="Bonn")

    report = imported(csv_file(tmp_path, "external_id,city", "a1,Atlantis"))
    User.objects.filter(pk=person.pk).update(city="Lübeck")

    assert report.record.failed == 1
    assert list(person.history.order_by("pgh_id").values_list("city", flat=True)) == ["Bonn", "Lübeck"]
