"""Reading CSV and XLSX as rows of text."""
# ruff: noqa: DTZ001  # spreadsheets know no zones

import zipfile
from datetime import datetime, time
from pathlib import Path

import openpyxl
import pytest

from users.imports.csv_source import CsvSource
from users.imports.errors import UnusableFileError
from users.imports.opening import open_file
from users.imports.sources import CHUNK, SourceRow
from users.imports.xlsx_source import shows_days_alone
from users.tests.files import csv_file, xlsx_file

SHEET = "xl/worksheets/sheet1.xml"


def rows(path: Path) -> list[SourceRow]:
    return list(open_file(path).source.rows())


def test_csv_with_byte_order_mark_and_crlf(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(b"\xef\xbb\xbfemail,city\r\na@example.com,Bonn\r\n")

    assert open_file(path).source.header == ["email", "city"]
    assert rows(path) == [SourceRow(2, ["a@example.com", "Bonn"])]


def test_csv_with_quotes_and_line_breaks_in_cells(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,b", '"one\ntwo","say ""hi"", then"', "3,4")

    assert rows(path) == [SourceRow(2, ["one\ntwo", 'say "hi", then']), SourceRow(4, ["3", "4"])]


@pytest.mark.parametrize("delimiter", [",", ";", "\t"])
def test_csv_finds_its_delimiter(tmp_path: Path, delimiter: str) -> None:
    path = csv_file(tmp_path, f"a{delimiter}b", f"1{delimiter}2")

    assert rows(path) == [SourceRow(2, ["1", "2"])]


def test_csv_leaves_empty_rows_out(tmp_path: Path) -> None:
    assert rows(csv_file(tmp_path, "a,b", "", ",", "1,2")) == [SourceRow(4, ["1", "2"])]


def test_csv_with_header_alone_has_no_rows(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "a,b")

    assert rows(path) == []


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"   \n1,2\n"])
def test_csv_without_a_header_is_of_no_use(tmp_path: Path, content: bytes) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes(content)

    with pytest.raises(UnusableFileError, match="must name the columns"):
        open_file(path)


def test_csv_with_a_broken_header_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="header is not readable"):
        open_file(csv_file(tmp_path, '"a"b,c'))


def test_csv_with_a_broken_quote_goes_on_with_the_next_line(tmp_path: Path) -> None:
    broken, good = rows(csv_file(tmp_path, "a,b", '"x"y,2', "3,4"))

    assert (broken.line, broken.problem) == (2, "not readable as CSV: ',' expected after '\"'")
    assert good == SourceRow(3, ["3", "4"])


def test_csv_with_a_quote_never_closed_has_a_problem_there(tmp_path: Path) -> None:
    first, last = rows(csv_file(tmp_path, "a,b", "1,2", '"3,4', "5,6"))

    assert first == SourceRow(2, ["1", "2"])
    assert last.line == 3
    assert last.problem
    assert last.problem.startswith("not readable as CSV: unexpected end of data")


def test_csv_in_another_encoding_names_line_and_byte(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("name\nAnna\nZoë\n".encode("latin-1"))

    with pytest.raises(UnusableFileError, match=r"line 3, byte 13 of the file is 0xEB"):
        CsvSource(path)


def test_csv_in_utf_16_is_refused_at_its_first_byte(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("name\n".encode("utf-16"))

    with pytest.raises(UnusableFileError, match="line 1, byte 1 "):
        open_file(path)


def test_csv_with_a_wrong_byte_beyond_the_first_chunk_counts_all_lines(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    line = b"x" * 99 + b"\n"
    count = 2 * CHUNK // len(line)
    path.write_bytes(line * count + b"\xe9\n")

    with pytest.raises(UnusableFileError, match=f"line {count + 1}, byte {count * len(line) + 1} "):
        open_file(path)


def test_csv_cut_within_a_character_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "file.csv"
    path.write_bytes("name\nZoë".encode()[:-1])

    with pytest.raises(UnusableFileError, match="line 2, byte 8 "):
        open_file(path)


@pytest.mark.parametrize("name", ["missing.csv", "."])
def test_file_that_cannot_be_opened_is_of_no_use(tmp_path: Path, name: str) -> None:
    with pytest.raises(UnusableFileError):
        open_file(tmp_path / name)


def test_xlsx_gives_the_text_of_its_cells(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ["a", "b", "c", None], [1, "=1+1", None, None], [None], [2.5, True, "x"])

    assert open_file(path).source.header == ["a", "b", "c"]
    assert rows(path) == [SourceRow(2, ["1", "=1+1", ""]), SourceRow(4, ["2.5", "true", "x"])]


def test_xlsx_with_more_cells_than_its_header_shows_them(tmp_path: Path) -> None:
    assert rows(xlsx_file(tmp_path, ["a"], [1, 2])) == [SourceRow(2, ["1", "2"])]


def test_xlsx_without_a_header_is_of_no_use(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="must name the columns"):
        open_file(xlsx_file(tmp_path))


def test_xlsx_that_is_another_archive_is_of_no_use(tmp_path: Path) -> None:
    path = tmp_path / "file.xlsx"
    path.write_bytes(b"PK\x03\x04 and no more")

    with pytest.raises(UnusableFileError, match="not readable as XLSX"):
        open_file(path)


def replaced_in_sheet(path: Path, old: bytes, new: bytes) -> Path:
    """Change the text of the first sheet, with checksums that agree."""
    with zipfile.ZipFile(path) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    assert old in parts[SHEET]
    parts[SHEET] = parts[SHEET].replace(old, new, 1)
    with zipfile.ZipFile(path, "w") as archive:
        for name, content in parts.items():
            archive.writestr(name, content)
    return path


def test_bytes_that_are_no_workbook_are_of_no_use(tmp_path: Path) -> None:
    path = tmp_path / "people.xlsx"
    path.write_bytes(b"\x8f\x02 no workbook" * 50)

    with pytest.raises(UnusableFileError, match="it is no workbook, or a damaged one"):
        open_file(path)


def test_xlsx_that_was_damaged_on_its_way_is_of_no_use(tmp_path: Path) -> None:
    texts: list[list[object]] = [[f"text {number}"] for number in range(500)]
    path = xlsx_file(tmp_path, ["a"], *texts)
    with zipfile.ZipFile(path) as archive:
        sheet = archive.getinfo(SHEET)
    content = bytearray(path.read_bytes())
    content[sheet.header_offset + 200] ^= 0xFF
    path.write_bytes(content)

    with pytest.raises(UnusableFileError, match="not readable as XLSX"):
        open_file(path)


@pytest.mark.parametrize(("old", "new"), [(b"<v>2</v>", b"<v>two</v>"), (b'<row r="4"', b'<row r="4')])
def test_xlsx_whose_sheet_is_broken_on_the_way_ends_with_a_problem(tmp_path: Path, old: bytes, new: bytes) -> None:
    path = replaced_in_sheet(xlsx_file(tmp_path, ["a"], [1], [2], [3]), old, new)

    *good, broken = rows(path)

    assert SourceRow(2, ["1"]) in good
    assert broken.problem.startswith("not readable as XLSX from here on")
    assert broken.line == good[-1].line + 1


def test_old_workbook_is_named_as_such(tmp_path: Path) -> None:
    path = tmp_path / "file.xls"
    path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(504))

    with pytest.raises(UnusableFileError, match="an old or a protected workbook"):
        open_file(path)


def test_empty_file_is_said_to_be_empty(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match=r"file\.csv is empty"):
        open_file(csv_file(tmp_path))


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (None, "General", ""),
        (False, "General", "false"),
        (7.0, "General", "7"),
        (7.5, "General", "7.5"),
        (datetime(2025, 3, 30), "yyyy-mm-dd", "2025-03-30"),
        (datetime(2025, 3, 30, 0, 1), "yyyy-mm-dd", "2025-03-30"),
        (datetime(2025, 3, 30), "yyyy-mm-dd h:mm", "2025-03-30T00:00:00"),
        (datetime(2025, 3, 30, 0, 1), "yyyy-mm-dd h:mm", "2025-03-30T00:01:00"),
        (datetime(2025, 3, 30), "mm-dd-yy", "2025-03-30"),
        (datetime(2025, 3, 30), "m/d/yy h:mm", "2025-03-30T00:00:00"),
        (time(18, 5), "h:mm", "18:05:00"),
    ],
)
def test_text_of_a_cell(tmp_path: Path, value: object, number_format: str, text: str) -> None:
    path = xlsx_file(tmp_path, ["a", "b"], [value, "x"])
    workbook = openpyxl.load_workbook(path)
    workbook.worksheets[0]["A2"].number_format = number_format
    workbook.save(path)

    assert rows(path) == [SourceRow(2, [text, "x"])]


@pytest.mark.parametrize(
    ("number_format", "days_alone"),
    [
        ("DD.MM.YYYY", True),
        ("[$-407]d. mmmm yyyy", True),
        ("[$-x-sysdate]dddd, mmmm dd, yyyy", True),
        ('d"th of "mmm\\s yyyy;@', True),
        ("dd/mm/yyyy;hh", True),
        ("dd.mm.yyyy hh:mm;@", False),
        ("YYYY-MM-DD\\THH:MM", False),
        ("[h]:mm", False),
        ("General", False),
    ],
)
def test_number_format_that_shows_days_alone(number_format: str, days_alone: bool) -> None:  # noqa: FBT001  # expected
    assert shows_days_alone(number_format) is days_alone


def test_quote_that_is_never_closed_names_the_lines_that_it_took(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "first_name,city", "Ann,Bonn", '"Bob,Rome', *(f"P{number},Oslo" for number in range(50)))
    *_good, last = CsvSource(path).rows()
    assert (last.line, last.cells) == (3, [])
    assert last.problem
    assert "lines 3 to 53 were taken for this one row" in last.problem
