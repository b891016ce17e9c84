"""What the author of a row reads, and what a spreadsheet does with it."""

import pytest
from django.db import IntegrityError, connection

from users.imports.database_errors import said_by_database
from users.imports.errors_file import FORMULA_STARTS, cell_of_author, safe_cell, was_cut
from users.imports.models import ImportedRow
from users.models import User
from users.tests.factories import UserFactory


def test_unique_violation_names_the_value(db: None) -> None:
    UserFactory.create(email="a@example.com")

    with pytest.raises(IntegrityError) as caught:
        UserFactory.create(email="a@example.com")

    assert said_by_database(caught.value).endswith("Key (email)=(a@example.com) already exists.")


def test_check_without_words_of_its_own_does_not_show_the_whole_row(db: None) -> None:
    person = UserFactory.create()

    with pytest.raises(IntegrityError) as caught, connection.cursor() as cursor:
        cursor.execute("UPDATE users_user SET email = 'A@example.com' WHERE id = %s", [person.pk])

    assert said_by_database(caught.value) == (
        'new row for relation "users_user" violates check constraint "users_user_email_is_lower_case"'
    )


def test_error_that_does_not_come_from_the_database_speaks_for_itself() -> None:
    assert said_by_database(IntegrityError("no")) == "no"


@pytest.mark.parametrize("text", ["=1", "+1", "-1", "@x", "\tx", "\rx"])
def test_cell_that_a_spreadsheet_takes_for_a_formula_is_quoted(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


def test_very_long_cell_is_cut() -> None:
    cell = safe_cell("x" * 32_001)

    assert cell == "x" * 32_000 + "… (32,001 characters)"
    assert was_cut(cell)


@pytest.mark.parametrize("text", ["Ann", "", "=1", "'=1", "''=1", "'t Hooft", "'", "-", "x… (7 characters)"])
def test_cell_of_the_file_of_errors_can_be_read_back(text: str) -> None:
    cell = safe_cell(text)

    assert not cell.startswith(FORMULA_STARTS)
    assert cell_of_author(cell) == text
    assert not was_cut(cell)


def test_imported_row_says_where_it_comes_from() -> None:
    person = User()

    assert str(ImportedRow(object_id=person.pk, line=7)) == f"line 7: {person.pk}"
