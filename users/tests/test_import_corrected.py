"""The file of errors, imported again."""

from pathlib import Path

import pytest

from users.models import User
from users.tests.files import csv_file, errors, imported, numbers, xlsx_file

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_corrected_file_of_errors_is_imported_as_it_is(tmp_path: Path) -> None:
    listed = imported(csv_file(tmp_path, "external_id,email,city", "a1,nobody,=Bonn", "a2,,Kiel")).errors_path
    listed.write_text(listed.read_text(encoding="utf-8").replace("nobody", "ann@example.com"), encoding="utf-8")

    report = imported(listed)

    assert numbers(report) == (1, 0, 0, 0)
    assert User.objects.values_list("email", "city").get(external_id="a1") == ("ann@example.com", "=Bonn")


def test_rows_that_are_wrong_still_are_listed_under_the_same_columns(tmp_path: Path) -> None:
    first = imported(csv_file(tmp_path, "external_id,email", "a1,nobody", "-a2,-nobody", "a3"))

    second = imported(first.errors_path)

    assert (numbers(second), errors(second)) == (
        (0, 0, 0, 3),
        [
            "2,email: Enter a valid email address.,a1,nobody",
            "3,email: Enter a valid email address.,'-a2,'-nobody",
            "4,has 1 cells where the header has 2,a3",
        ],
    )
    assert second.errors_path.read_text().splitlines()[0] == "line,reason,external_id,email"


def test_file_of_errors_saved_as_a_workbook_is_known_too(tmp_path: Path) -> None:
    report = imported(xlsx_file(tmp_path, ["line", "reason", "external_id"], [7, "wrong", "'-a1"]))

    assert numbers(report) == (1, 0, 0, 0)
    assert User.objects.get().external_id == "-a1"
