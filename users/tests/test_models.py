import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection

from users.models import User
from users.tests.factories import UserFactory

A_UUID = "01a1fd9f-5480-75c7-91b2-55111fa7c942"
pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_email_is_stored_lower_cased_and_found_in_any_case() -> None:
    user = UserFactory.create(email="Alice@Example.COM")

    assert user.email == "alice@example.com"
    assert User.objects.get(email="ALICE@example.com") == user
    assert User.objects.get_by_natural_key("Alice@example.com") == user


def test_email_may_be_missing_for_many() -> None:
    UserFactory.create(email=None)
    UserFactory.create(email="")

    assert User.objects.filter(email__isnull=True).count() == 2


def test_email_in_capitals_is_refused_by_the_database() -> None:
    user = UserFactory.create()

    with pytest.raises(IntegrityError, match="users_user_email_is_lower_case"), connection.cursor() as cursor:
        cursor.execute("UPDATE users_user SET email = 'LOUD@EXAMPLE.COM' WHERE id = %s", [user.pk])


@pytest.mark.parametrize("external_id", ["me", "filter", A_UUID, A_UUID.replace("-", ""), "a/b", " a", "a "])
def test_external_id_that_could_be_a_path_or_an_id_is_refused(external_id: str) -> None:
    user = UserFactory.build(external_id=external_id)

    with pytest.raises(ValidationError, match="external id"):
        user.full_clean()
    with pytest.raises(IntegrityError, match="no_id_or_path"):
        user.save()


def test_somebody_who_is_nobody_is_refused() -> None:
    nobody = User(company="Acme", city="Rome")

    with pytest.raises(ValidationError, match=r"A person needs a name, an e-mail, a phone number or an external id\."):
        nobody.full_clean(exclude=["password"])
    with pytest.raises(IntegrityError, match="users_user_is_somebody"):
        nobody.save()


@pytest.mark.parametrize(
    "known_by",
    [{"first_name": "Ada"}, {"last_name": "L"}, {"email": "a@x.org"}, {"phone_number": "1"}, {"external_id": "a"}],
)
def test_one_thing_to_know_somebody_by_is_enough(known_by: dict[str, str]) -> None:
    person = User(**known_by)

    person.full_clean(exclude=["password"])
    person.save()

    assert User.objects.filter(**known_by).count() == 1


def test_external_id_may_be_missing_for_many() -> None:
    UserFactory.create(external_id="")
    UserFactory.create(external_id="")

    assert User.objects.filter(external_id__isnull=True).count() == 2


@pytest.mark.parametrize(
    ("given", "stored"),
    [("+49 (30) 123-456", "+4930123456"), ("030 123456", "030 123456"), ("ask Bob", "ask Bob"), ("", "")],
)
def test_phone_number_is_normalised_where_it_can_be_read(given: str, stored: str) -> None:
    assert UserFactory.create(phone_number=given).phone_number == stored


def test_stale_save_leaves_the_version_alone() -> None:
    stale = UserFactory.create()
    User.objects.filter(pk=stale.pk).update(city="Berlin")

    stale.first_name = "New"
    stale.save()

    fresh = User.objects.get(pk=stale.pk)
    assert (fresh.version, fresh.first_name) == (3, "New")


def test_version_rises_with_edits_only() -> None:
    user = UserFactory.create()
    User.objects.filter(pk=user.pk).update(first_name=user.first_name)
    unchanged = User.objects.get(pk=user.pk)
    User.objects.filter(pk=user.pk).update(first_name="Other")
    changed = User.objects.get(pk=user.pk)

    assert (unchanged.version, changed.version) == (1, 2)
    assert unchanged.updated_at == user.updated_at < changed.updated_at


def test_history_records_inserts_and_bulk_updates_without_the_password() -> None:
    user = UserFactory.create()
    User.objects.filter(pk=user.pk).update(city="Berlin")
    User.objects.filter(pk=user.pk).update(password="x")

    history = user.history.order_by("pgh_id")
    assert [(row.pgh_label, row.city) for row in history] == [("insert", ""), ("update", "Berlin")]
    assert not hasattr(history[0], "password")


@pytest.mark.parametrize("name", ["Mars/Olympus", "localtime"])  # the latter is a file beside the zones on Debian
def test_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValidationError, match="no IANA time zone"):
        UserFactory.build(timezone=name).full_clean()


@pytest.mark.parametrize(("given", "stored"), [("de", "de"), ("pt_BR", "pt-br"), (" zh-Hant-TW ", "zh-hant-tw")])
def test_language_is_stored_in_one_form(given: str, stored: str) -> None:
    user = UserFactory.create(language=given)

    assert (user.language, User.objects.get(language=given).language) == (stored, stored)


@pytest.mark.parametrize("language", ["English", "e", "de-", "de--at", "../..", "dé", "123", ""])
def test_what_is_no_language_tag_is_refused(language: str) -> None:
    with pytest.raises(ValidationError) as caught:
        UserFactory.build(language=language).full_clean(exclude=["password"])

    assert caught.value.error_dict.keys() == {"language"}


@pytest.mark.parametrize("language", ["English", "de-AT", "en\n", ""])
def test_database_refuses_what_is_no_language_tag(language: str) -> None:
    user = UserFactory.create()

    with pytest.raises(IntegrityError, match="users_user_language_is_a_tag"), connection.cursor() as cursor:
        cursor.execute("UPDATE users_user SET language = %s WHERE id = %s", [language, user.pk])


def test_superuser_without_a_password_cannot_sign_in() -> None:
    user = User.objects.create_superuser("root@example.com")

    assert (user.is_staff, user.is_superuser, user.has_usable_password()) == (True, True, False)


def test_name_falls_back_to_email_and_id() -> None:
    assert str(User(first_name="Ada", last_name="Lovelace")) == "Ada Lovelace"
    assert str(User(email="a@example.com")) == "a@example.com"
    assert User(last_name="Solo").get_short_name() == "Solo"
