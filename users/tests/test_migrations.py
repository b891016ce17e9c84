"""A rule that is tightened where rows are stored already."""

from collections.abc import Iterator

import pytest
from django.core.management import CommandError
from django.db import IntegrityError, connection
from django.db.migrations.executor import MigrationExecutor
from pytest_django import DjangoDbBlocker

from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db(transaction=True), pytest.mark.no_cover]


def migrate(targets: list[tuple[str, str]]) -> None:
    MigrationExecutor(connection).migrate(targets)


def migrate_to_the_latest() -> None:
    migrate(MigrationExecutor(connection).loader.graph.leaf_nodes())


@pytest.fixture
def migrated_again(transactional_db: None, django_db_blocker: DjangoDbBlocker) -> Iterator[None]:
    """Leave the database as other tests expect it, whatever happens."""
    yield
    with django_db_blocker.unblock():
        User.objects.all().delete()
        migrate_to_the_latest()


def test_stored_ids_that_are_refused_from_now_on_are_named_and_left_alone(migrated_again: None) -> None:
    migrate([("users", "0007_drop_counters_of_people")])
    dots, _good = UserFactory.create(external_id=".."), UserFactory.create(external_id="crm-7")

    with pytest.raises(CommandError, match=r"^External ids of users_user are refused from now on: '\.\.'\."):
        migrate_to_the_latest()
    kept = User.objects.get(pk=dots.pk).external_id
    User.objects.filter(pk=dots.pk).update(external_id="two-dots")
    migrate_to_the_latest()

    assert kept == ".."
    with pytest.raises(IntegrityError, match="no_id_or_path"):
        User.objects.filter(pk=dots.pk).update(external_id="..")


def test_stored_languages_are_mended(migrated_again: None) -> None:
    migrate([("users", "0012_keep_emails_to_be_confirmed")])
    stored = ["de-AT", "pt_BR", " fr ", "English please", "", "en"]
    people = UserFactory.create_batch(len(stored))
    with connection.cursor() as cursor:
        cursor.executemany(
            "UPDATE users_user SET language = %s WHERE id = %s",
            [(language, person.pk) for language, person in zip(stored, people, strict=True)],
        )
    migrate_to_the_latest()

    mended = [User.objects.get(pk=person.pk) for person in people]
    history = mended[3].history.order_by("pgh_id").values_list("language", flat=True)
    assert [person.language for person in mended] == ["de-at", "pt-br", "fr", "en", "en", "en"]
    assert list(history) == ["en", "English please", "en"]


def test_stored_nobodies_are_named_and_left_alone(migrated_again: None) -> None:
    migrate([("users", "0009_validate_external_ids")])
    nobody, _known = UserFactory.create(first_name="", last_name="", email=None), UserFactory.create()

    with pytest.raises(CommandError, match=rf"^People without anything .* refused from now on: {nobody.pk}\. A person"):
        migrate_to_the_latest()
    kept = User.objects.filter(pk=nobody.pk).update(last_name="Found")
    migrate_to_the_latest()

    assert kept == 1
    with pytest.raises(IntegrityError, match="users_user_is_somebody"):
        User.objects.filter(pk=nobody.pk).update(last_name="")
