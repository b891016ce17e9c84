"""The records of imports in the admin, and who can import."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import pytest
from django.test import Client
from django.urls import URLPattern, URLResolver, get_resolver, reverse

from users.imports.models import Import, ImportStatus
from users.roles import Role
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = reverse("admin:users_import_changelist")
AT = datetime(2025, 3, 30, 18, 5, tzinfo=UTC)


def an_import(**values: object) -> Import:
    return Import.objects.create(kind="users", file_name="people.csv", sha256="0" * 64, started_at=AT, **values)


def page_of(record: Import) -> str:
    return reverse("admin:users_import_change", args=[record.pk])


@pytest.mark.parametrize(
    ("failed", "status", "shown"),
    [
        (0, ImportStatus.FINISHED, "finished"),
        (1, ImportStatus.FINISHED, "finished, 1 row in error"),
        (1_200, ImportStatus.FINISHED, "finished, 1,200 rows in error"),
        (2, ImportStatus.INTERRUPTED, "interrupted, 2 rows in error"),
    ],
)
def test_status_says_how_many_rows_are_in_error(failed: int, status: ImportStatus, shown: str) -> None:
    assert Import(failed=failed, status=status).shown_status() == shown


def test_rows_in_error_are_said_in_the_list_and_on_the_page(admin_of_staff: Client) -> None:
    record = an_import(failed=3, status=ImportStatus.FINISHED)

    for page in (LIST, page_of(record)):
        assert "finished, 3 rows in error" in admin_of_staff.get(page).content.decode()


def test_times_name_their_zone(admin_of_staff: Client) -> None:
    record = an_import(finished_at=AT + timedelta(minutes=2))

    page = admin_of_staff.get(page_of(record)).content.decode()

    assert "30 Mar 2025, 18:05 UTC" in admin_of_staff.get(LIST).content.decode()
    assert "30 Mar 2025, 18:05 UTC" in page
    assert "30 Mar 2025, 18:07 UTC" in page


def routes(resolver: URLResolver, before: str = "") -> Iterator[str]:
    """Yield the patterns of all routes."""
    for entry in resolver.url_patterns:
        path = before + str(entry.pattern)
        if isinstance(entry, URLPattern):
            yield path
        else:
            yield from routes(entry, path)


def test_nobody_imports_but_by_command() -> None:
    """An import may give an administrator another e-mail, the sign-in with it: that is for operators alone.

    Whoever adds a way for staff has to refuse such rows to all but superusers, and this test reminds of it.
    """
    allowed_to_read = {"admin/users/import/", "admin/users/import/<path:object_id>/"}

    importing = {path for path in routes(get_resolver()) if "import" in path}

    assert {path for path in importing if path.startswith("admin/users/import/")} == importing
    assert allowed_to_read <= importing


def test_admin_who_is_no_superuser_only_reads_them(client: Client) -> None:
    client.force_login(UserFactory.create(roles=[Role.ADMIN]))
    record = an_import()

    answers = [
        client.get(page_of(record)),
        client.post(page_of(record), {"kind": "events"}),
        client.get(reverse("admin:users_import_add")),
        client.post(reverse("admin:users_import_delete", args=[record.pk]), {"post": "yes"}),
    ]

    assert [answer.status_code for answer in answers] == [200, 403, 403, 403]
