"""Cells as values, by the rules of the models."""

from datetime import UTC, date, datetime

import pytest

from users.imports.columns import REQUIRED, Column, column_of, parse_boolean, parse_count, parse_moment
from users.imports.errors import RowError, UnusableFileError
from users.imports.layout import read_layout
from users.imports.sources import SourceRow
from users.models import User

KNOWN = [column_of(User, name) for name in ("email", "city", "company")]


@pytest.mark.parametrize(
    ("name", "cell", "value"),
    [
        ("email", " Anna@Example.COM ", "anna@example.com"),
        ("email", "", None),
        ("phone_number", "+49 30 1234567", "+49301234567"),
        ("phone_number", "ask reception", "ask reception"),
        ("city", "  Zürich ", "Zürich"),
        ("city", "=HYPERLINK()", "=HYPERLINK()"),
        ("timezone", "", "UTC"),
        ("language", "", "en"),
        ("language", " pt_BR ", "pt-br"),
    ],
)
def test_cell_of_a_person(name: str, cell: str, value: object) -> None:
    assert column_of(User, name).parse(cell) == value


@pytest.mark.parametrize(
    ("name", "cell", "reason"),
    [
        ("email", "nobody", "email: Enter a valid email address."),
        ("first_name", "x" * 151, "first_name: 151 characters; at most 150 fit"),
        ("city", "a\0b", "city: holds a NUL character"),
        ("city", "a\ud800b", "city: holds half of a surrogate pair"),
        ("avatar", "not a link", "avatar: Enter a valid URL."),
        ("language", "German (Austria)", "language: Give a language tag such as en, de or pt-BR."),
        ("timezone", "Europe/Nowhere", "timezone: “Europe/Nowhere” is no IANA time zone, such as Europe/Berlin."),
    ],
)
def test_cell_that_no_person_can_have(name: str, cell: str, reason: str) -> None:
    with pytest.raises(RowError) as caught:
        column_of(User, name).parse(cell)

    assert str(caught.value) == reason


def test_external_id_shaped_like_a_uuid_is_refused() -> None:
    with pytest.raises(RowError, match="may not be shaped like a UUID"):
        column_of(User, "external_id").parse("0192d3a0-0000-7000-8000-000000000000")


def test_required_column_refuses_an_empty_cell() -> None:
    with pytest.raises(RowError, match="title is empty"):
        Column("title", str, REQUIRED).parse("  ")


@pytest.mark.parametrize(
    ("text", "moment"),
    [
        ("2025-03-30T18:00:00+02:00", datetime(2025, 3, 30, 16, tzinfo=UTC)),
        ("2025-03-30T18:00:00Z", datetime(2025, 3, 30, 18, tzinfo=UTC)),
        ("2025-03-30", date(2025, 3, 30)),
    ],
)
def test_moment(text: str, moment: object) -> None:
    assert parse_moment(text) == moment


@pytest.mark.parametrize("text", ["30.03.2025", "2025-02-30", "tomorrow", "2025-03-30T25:00:00Z", "9" * 1000])
def test_moment_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no ISO 8601 time"):
        parse_moment(text)


def test_count_up_to_the_largest_integer() -> None:
    assert parse_count("2147483647") == 2147483647


@pytest.mark.parametrize("text", ["-1", "1.5", "2147483648", "٣", "1e3", "9" * 5000])
def test_count_that_is_none(text: str) -> None:
    with pytest.raises(ValueError, match="is no whole number"):
        parse_count(text)


@pytest.mark.parametrize(("text", "value"), [("TRUE", True), ("no", False)])
def test_boolean(text: str, value: bool) -> None:  # noqa: FBT001  # the value under test
    assert parse_boolean(text) is value


def test_boolean_that_is_none() -> None:
    with pytest.raises(ValueError, match="neither true nor false"):
        parse_boolean("perhaps")


def test_layout_reads_columns_in_any_order_and_skips_ignored_ones() -> None:
    layout = read_layout(["city", "id", " email "], KNOWN, required=[["email"]], ignored=["id"])

    assert layout.parse(SourceRow(2, ["Bonn", "7", "a@example.com"])) == ["Bonn", "a@example.com"]
    assert layout.ignored == ["id"]


@pytest.mark.parametrize(
    ("header", "reason"),
    [
        (["emial"], "“emial” is unknown. Did you mean email?"),
        (["xyzzy"], "“xyzzy” is unknown. Known are: email, city, company."),
        (["email", "email"], "“email” is there twice"),
        (["city"], "The column email or company is missing"),
    ],
)
def test_header_that_is_of_no_use(header: list[str], reason: str) -> None:
    with pytest.raises(UnusableFileError, match=reason):
        read_layout(header, KNOWN, required=[["email", "company"]])


def test_row_that_could_not_be_read_is_refused_for_that() -> None:
    layout = read_layout(["email"], KNOWN, required=[])

    with pytest.raises(RowError, match="a quote is open"):
        layout.parse(SourceRow(2, [], "a quote is open"))


def test_row_with_too_few_cells_is_refused() -> None:
    layout = read_layout(["email", "city"], KNOWN, required=[])

    with pytest.raises(RowError, match="has 1 cells where the header has 2"):
        layout.parse(SourceRow(2, ["a@example.com"]))
