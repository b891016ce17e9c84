"""What an import does to people."""

import ast
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings
from django.utils import translation

from users.imports.errors import UnusableFileError
from users.imports.models import Import, ImportedRow, ImportStatus
from users.imports.service import Options
from users.models import User
from users.signals import sign_in_changed
from users.tests.factories import StaffFactory, UserFactory
from users.tests.files import csv_file, errors, imported, numbers, only_the_database_refuses, xlsx_file

pytestmark = [pytest.mark.django_db, pytest.mark.database]
WITH_REASONS = {"RowError", "UnusableFileError", "ValueError"}
REASONED = ("users/imports/*.py", "events/imports.py", "relations/imports.py")


def test_new_people_are_created_with_their_profile(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email,first_name,phone_number", "a1,Ann@Example.com,Ann,+49 30 1234567")

    report = imported(path)

    person = User.objects.get()
    assert numbers(report) == (1, 0, 0, 0)
    assert (person.external_id, person.email, person.first_name) == ("a1", "ann@example.com", "Ann")
    assert (person.phone_number, person.timezone, person.is_active) == ("+49301234567", "UTC", True)
    assert not person.has_usable_password()


def test_the_same_file_again_changes_nothing(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email,city", "a1,a@example.com,Bonn", "a2,,")
    imported(path)
    before = list(User.objects.values_list("version", "updated_at"))

    assert numbers(imported(path)) == (0, 0, 2, 0)
    assert list(User.objects.values_list("version", "updated_at")) == before


def test_known_people_are_changed_where_the_file_differs(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="old@example.com", city="Bonn", company="Acme")
    UserFactory.create(external_id="a2", email="same@example.com", city="Bonn")

    report = imported(csv_file(tmp_path, "external_id,email,city", "a1,new@example.com,", "a2,same@example.com,Bonn"))

    changed = User.objects.get(external_id="a1")
    assert numbers(report) == (0, 1, 1, 0)
    assert (changed.email, changed.city, changed.company) == ("new@example.com", "", "Acme")


def test_person_known_by_email_alone_gets_the_external_id(tmp_path: Path) -> None:
    person = UserFactory.create(email="ann@example.com")

    imported(csv_file(tmp_path, "external_id,email", "a1,ANN@example.com"))

    person.refresh_from_db()
    assert person.external_id == "a1"


def test_empty_external_id_keeps_the_stored_one(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="ann@example.com")

    assert numbers(imported(csv_file(tmp_path, "external_id,email", ",ann@example.com"))) == (0, 0, 1, 0)
    assert User.objects.get().external_id == "a1"


def test_external_id_and_email_of_different_people_are_an_error(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="a@example.com")
    UserFactory.create(external_id="b1", email="b@example.com")

    report = imported(csv_file(tmp_path, "external_id,email", "a1,b@example.com"))

    assert errors(report) == ["2,external_id and email belong to two different persons,a1,b@example.com"]


def test_email_of_a_person_with_another_external_id_is_an_error(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="a@example.com")

    report = imported(csv_file(tmp_path, "external_id,email", "a2,a@example.com"))

    assert errors(report) == ["2,another person has this email: external_id a1,a2,a@example.com"]
    assert User.objects.count() == 1


def test_duplicate_email_in_the_file_is_an_error_that_names_the_line(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email", "a1,x@example.com", "a2,X@example.com", "a3,y@example.com")

    report = imported(path)

    assert numbers(report) == (2, 0, 0, 1)
    assert errors(report) == ["3,another person has this email: external_id a1 (line 2),a2,X@example.com"]


@pytest.mark.parametrize("batch_rows", [1, 100])
def test_same_person_twice_in_the_file_is_an_error_and_the_first_stands(tmp_path: Path, batch_rows: int) -> None:
    UserFactory.create(external_id="known", email="known@example.com")
    lines = ["new,One", "known,One", "new,Two", "known,Two"]
    options = Options(batch_rows=batch_rows)

    report = imported(csv_file(tmp_path, "external_id,first_name", *lines), options=options)

    assert numbers(report) == (1, 1, 0, 2)
    assert errors(report) == [
        "4,line 2 is about the same person already,new,Two",
        "5,line 3 is about the same person already,known,Two",
    ]
    assert set(User.objects.values_list("first_name", flat=True)) == {"One"}


def test_two_rows_that_give_two_people_one_email_leave_the_first_in(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="a@example.com")
    UserFactory.create(external_id="a2", email="b@example.com")

    report = imported(csv_file(tmp_path, "external_id,email", "a1,new@example.com", "a2,new@example.com"))

    assert numbers(report) == (0, 1, 0, 1)
    assert User.objects.get(email="new@example.com").external_id == "a1"
    assert errors(report) == ["3,external_id and email belong to two different persons,a2,new@example.com"]


def test_row_that_only_the_database_refuses_does_not_stop_the_others(tmp_path: Path) -> None:
    only_the_database_refuses(city="Atlantis")
    lines = [f"a{number},Bonn" for number in range(20)]
    lines[7] = "a7,Atlantis"

    report = imported(csv_file(tmp_path, "external_id,city", *lines))

    assert numbers(report) == (19, 0, 0, 1)
    assert errors(report) == [
        '9,"new row for relation ""users_user"" violates check constraint ""nobody_lives_there""",a7,Atlantis'
    ]


def test_row_with_several_faults_names_them_all(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,email,first_name,timezone", f"a1,nobody,{'x' * 151},Mars/Base")

    report = imported(path)

    reason = (
        "email: Enter a valid email address.; first_name: 151 characters; at most 150 fit; "
        "timezone: “Mars/Base” is no IANA time zone, such as Europe/Berlin."
    )
    assert [problem.reason for problem in report.first_problems] == [reason]
    assert errors(report)[0].startswith(f'2,"{reason}",a1,nobody,')


def test_reasons_speak_the_language_of_who_imports(tmp_path: Path) -> None:
    """Rows are read in a thread of their own."""
    with override_settings(LANGUAGES=[("en", "English"), ("de", "German")]), translation.override("de"):
        report = imported(csv_file(tmp_path, "external_id,email", "a1,nobody"))

    assert errors(report) == ["2,email: Gib eine gültige E-Mail Adresse an.,a1,nobody"]


@pytest.mark.parametrize(
    "path",
    [path for pattern in REASONED for path in sorted(settings.BASE_DIR.glob(pattern))],
    ids=lambda path: path.name,
)
def test_what_an_import_says_against_a_file_passes_gettext(path: Path) -> None:
    calls = [node for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Call)]
    said = [call for call in calls if isinstance(call.func, ast.Name) and call.func.id in WITH_REASONS and call.args]
    bare = [call for call in said if isinstance(call.args[0], ast.Constant | ast.JoinedStr)]

    assert [text for call in bare for text in _texts(call.args[0]) if any(map(str.isalpha, text))] == []


def _texts(node: ast.expr) -> list[str]:
    """Return the literal parts of a text."""
    parts = node.values if isinstance(node, ast.JoinedStr) else [node]
    return [str(part.value) for part in parts if isinstance(part, ast.Constant)]


def test_rows_without_any_key_are_errors(tmp_path: Path) -> None:
    report = imported(csv_file(tmp_path, "external_id,email,city", ",,Bonn"))

    assert errors(report) == ["2,has neither external_id nor email,,,Bonn"]


def test_bad_rows_are_listed_in_order_and_good_ones_go_in(tmp_path: Path) -> None:
    UserFactory.create(external_id="taken", email="taken@example.com")
    lines = ["a1,taken@example.com", "a2,nobody", "a3,ok@example.com", "a4", "a5,also.ok@example.com"]

    report = imported(csv_file(tmp_path, "external_id,email", *lines))

    assert numbers(report) == (2, 0, 0, 3)
    assert [line.split(",")[0] for line in errors(report)] == ["2", "3", "5"]


def test_ten_megabytes_in_a_cell_are_that_row_s_error(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,first_name", f"a1,{'x' * 10_000_000}", "a2,Ann")

    report = imported(path)

    assert numbers(report) == (1, 0, 0, 1)
    assert report.errors_path.stat().st_size < 40_000
    assert errors(report)[0].startswith('2,"first_name: 10,000,000 characters; at most 150 fit",a1,"xxx')


def test_formulae_are_stored_as_text_and_made_harmless_in_the_file_of_errors(tmp_path: Path) -> None:
    path = csv_file(tmp_path, "external_id,first_name,email", "a1,=1+1,", "a2,@SUM(A1),nobody", "-a3,+1,-nobody")

    report = imported(path)

    assert User.objects.get().first_name == "=1+1"
    assert [line.split(",", 2)[2] for line in errors(report)] == ["a2,'@SUM(A1),nobody", "'-a3,'+1,'-nobody"]


def test_nul_in_a_cell_is_an_error(tmp_path: Path) -> None:
    report = imported(csv_file(tmp_path, "external_id,city", "a1,Bo\0nn", "a2,Bonn"))

    assert numbers(report) == (1, 0, 0, 1)


def test_xlsx_is_imported_like_csv(tmp_path: Path) -> None:
    path = xlsx_file(tmp_path, ["external_id", "email", "city"], [17, "a@example.com", "=A1"], ["b", "nobody", None])

    report = imported(path)

    assert numbers(report) == (1, 0, 0, 1)
    assert User.objects.values_list("external_id", "city").get() == ("17", "=A1")


def test_file_by_email_alone(tmp_path: Path) -> None:
    UserFactory.create(external_id="a1", email="a@example.com", city="Bonn")

    report = imported(csv_file(tmp_path, "email,city", "a@example.com,Kiel", "b@example.com,Kiel"))

    assert numbers(report) == (1, 1, 0, 0)
    assert set(User.objects.values_list("external_id", "city")) == {("a1", "Kiel"), (None, "Kiel")}


def test_change_of_a_login_is_logged_and_told_as_any_other(tmp_path: Path) -> None:
    """An operator may do that; nobody else can import (see the tests of the admin's imports)."""
    boss = StaffFactory.create(external_id="boss", email="boss@example.com")
    member = UserFactory.create(external_id="member", email="member@example.com", password="pbkdf2_sha256$1$a$b")
    UserFactory.create(external_id="contact", email="contact@example.com")
    StaffFactory.create(external_id="same", email="same@example.com")
    heard: list[tuple[User, object, str | None, object]] = []

    def listen(user: User, before: dict[str, object], actor: object, **_kwargs: object) -> None:
        heard.append((user, before["email"], user.email, actor))

    sign_in_changed.connect(listen)
    lines = ["boss,new.boss@example.com", "member,", "contact,new.contact@example.com", "same,SAME@example.com"]
    report = imported(csv_file(tmp_path, "external_id,email", *lines))
    sign_in_changed.disconnect(listen)

    assert numbers(report) == (0, 3, 1, 0)
    assert heard == [
        (boss, "boss@example.com", "new.boss@example.com", None),
        (member, "member@example.com", None, None),
    ]


def test_full_name_is_split_as_in_the_api(tmp_path: Path) -> None:
    UserFactory.create(external_id="a3", first_name="Ann", last_name="Able")
    lines = ["a1,Ada King Lovelace", "a2,Madonna", "a3,"]

    report = imported(csv_file(tmp_path, "external_id,name", *lines))

    assert numbers(report) == (2, 1, 0, 0)
    assert list(User.objects.order_by("external_id").values_list("first_name", "last_name")) == [
        ("Ada", "King Lovelace"),
        ("Madonna", ""),
        ("", ""),
    ]


def test_part_of_a_full_name_that_is_too_long_is_named(tmp_path: Path) -> None:
    report = imported(csv_file(tmp_path, "external_id,name", f"a1,Ada {'x' * 151}"))

    assert errors(report)[0].startswith("2,last_name: 151 characters; at most 150 fit,")


def test_full_name_beside_its_parts_is_refused(tmp_path: Path) -> None:
    with pytest.raises(UnusableFileError, match="Give either name, or first_name and last_name"):
        imported(csv_file(tmp_path, "external_id,name,last_name", "a1,Ada,King"))


def test_counters_survive_an_import(tmp_path: Path) -> None:
    report = imported(csv_file(tmp_path, "external_id,hosted_count", "a1,99"))

    assert numbers(report) == (1, 0, 0, 0)
    assert User.objects.get().counts.hosted == 0


def test_history_names_the_import(tmp_path: Path) -> None:
    UserFactory.create(external_id="old", email="old@example.com")

    record = imported(csv_file(tmp_path, "external_id,city", "new,Bonn", "old,Bonn")).record

    for person in User.objects.all():
        last = person.history.latest("pgh_id")
        assert last.pgh_context.metadata == {"import": record.pk, "file": "file.csv", "kind": "users"}


def test_finished_import_is_a_record_and_keeps_no_rows(tmp_path: Path) -> None:
    imported(csv_file(tmp_path, "external_id,city", "a1,Bonn"))

    record = Import.objects.get()
    assert (record.kind, record.file_name, record.status, record.rows_done) == (
        "users",
        "file.csv",
        ImportStatus.FINISHED,
        1,
    )
    assert record.finished_at is not None
    assert not ImportedRow.objects.exists()
    assert str(record) == f"import {record.pk} (file.csv)"


def test_long_texts_make_small_batches(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("users.imports.batches.BATCH_CHARACTERS", 10)
    seen: list[int] = []

    class Watch:
        def at(self, line: int) -> None:
            seen.append(line)

        def close(self) -> None:
            pass

    imported(
        csv_file(tmp_path, "external_id,city", "a1,Bonn", "a2,Castrop-Rauxel", "a3,Bonn"),
        options=Options(progress=lambda _lines: Watch()),
    )

    assert seen == [1, 3, 4]  # where it begins, and the end of each batch
