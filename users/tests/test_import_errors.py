"""What the author of a row reads, and what a spreadsheet does with it."""

import pytest
from django.db import IntegrityError, connection

from users.imports.database_errors import said_by_database
from users.imports.errors_file import safe_cell
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
    assert safe_cell("x" * 1_001) == "x" * 1_000 + "… (1,001 characters)"


def test_imported_row_says_where_it_comes_from() -> None:
    person = User()

    assert str(ImportedRow(object_id=person.pk, line=7)) == f"line 7: {person.pk}"
