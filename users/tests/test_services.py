"""What the services do to people when others work on them too."""

import pytest
from django.core.exceptions import PermissionDenied
from django.db import OperationalError

from api.exceptions import Conflict
from users.models import User
from users.services import ADMINISTRATORS, create_user, delete_user, set_roles, update_user
from users.tests.connections import held_elsewhere
from users.tests.factories import StaffFactory, UserFactory

pytestmark = pytest.mark.django_db


def test_other_columns_stay_whoever_wrote_them() -> None:
    stale = UserFactory.create(city="Bonn", company="Acme")
    User.objects.filter(pk=stale.pk).update(company="Globex")

    changed = update_user(user=stale, changes={"city": "Berlin"}, actor=None)

    assert (changed.city, changed.company) == ("Berlin", "Globex")
    assert User.objects.get(pk=stale.pk).company == "Globex"


def test_changing_a_person_who_is_gone() -> None:
    person = UserFactory.create()
    User.objects.filter(pk=person.pk).delete()

    with pytest.raises(User.DoesNotExist):
        update_user(user=person, changes={"city": "Berlin"}, actor=None)


def test_what_is_stored_already_and_left_alone_is_not_held_against_anybody() -> None:
    person = UserFactory.create()
    User.objects.filter(pk=person.pk).update(timezone="Mars/Olympus")

    assert update_user(user=person, changes={"city": "Berlin"}, actor=None).city == "Berlin"


@pytest.mark.django_db(transaction=True)
def test_locked_person_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.transactions.LOCK_TIMEOUT", "100ms")
    person = UserFactory.create()
    with held_elsewhere("SELECT 1 FROM users_user WHERE id = %s FOR UPDATE", person.pk):
        with pytest.raises(OperationalError, match="lock timeout"):
            update_user(user=person, changes={"city": "Berlin"}, actor=None)
        with pytest.raises(OperationalError, match="lock timeout"):
            delete_user(user=person, actor=None)


@pytest.mark.django_db(transaction=True)
def test_address_that_somebody_is_storing_is_not_waited_for_without_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.transactions.LOCK_TIMEOUT", "100ms")
    person = UserFactory.create()
    with (
        held_elsewhere("UPDATE users_user SET email = 'new@example.com' WHERE id = %s", person.pk),
        pytest.raises(OperationalError, match="lock timeout"),
    ):
        create_user(user=UserFactory.build(email="new@example.com"))


def test_deleting_takes_the_history_along() -> None:
    person = UserFactory.create()
    kept = UserFactory.create()

    delete_user(user=person, actor=None)

    assert set(type(person).history.rel.related_model.objects.values_list("pgh_obj_id", flat=True)) == {kept.pk}  # type: ignore[attr-defined]  # made by the decorator


def test_nobody_locks_themselves_out() -> None:
    own, _another = StaffFactory.create_batch(2)

    for changes in ({"email": None}, {"is_active": False}):
        with pytest.raises(Conflict, match="lock yourself out"):
            update_user(user=own, changes=changes, actor=own)
    with pytest.raises(Conflict, match="lock yourself out"):
        delete_user(user=own, actor=own)
    assert User.objects.get(pk=own.pk).email


@pytest.mark.parametrize("rights", [{"is_superuser": True}, {"roles": ["admin"]}])
def test_last_administrator_stays(rights: dict[str, object]) -> None:
    last = UserFactory.create(**rights)
    StaffFactory.create(is_active=False)

    with pytest.raises(Conflict, match="last administrator"):
        delete_user(user=last, actor=None)
    with pytest.raises(Conflict, match="last administrator"):
        update_user(user=last, changes={"is_active": False}, actor=None)

    StaffFactory.create()
    delete_user(user=last, actor=None)
    assert not User.objects.filter(pk=last.pk).exists()


def test_superuser_who_would_administer_nothing_any_more_stays_one() -> None:
    own = UserFactory.create(is_superuser=True)

    with pytest.raises(Conflict, match="last administrator"):
        update_user(user=own, changes={"is_superuser": False}, actor=None)
    another = UserFactory.create(is_superuser=True, roles=["admin"])
    with pytest.raises(Conflict, match="lock yourself out"):
        update_user(user=own, changes={"is_superuser": False}, actor=own)
    assert User.objects.get(pk=own.pk).is_superuser

    assert not update_user(user=another, changes={"is_superuser": False}, actor=another).is_superuser


@pytest.mark.django_db(transaction=True)
def test_administrators_are_counted_one_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.transactions.LOCK_TIMEOUT", "100ms")
    ann, bob = UserFactory.create_batch(2, roles=["admin"])
    with held_elsewhere("SELECT pg_advisory_xact_lock(%s)", ADMINISTRATORS):
        for attempt in (
            lambda: set_roles(user=bob, roles=[], actor=ann),
            lambda: delete_user(user=bob, actor=ann),
            lambda: update_user(user=bob, changes={"is_active": False}, actor=ann),
        ):
            with pytest.raises(OperationalError, match="lock timeout"):
                attempt()
    set_roles(user=bob, roles=[], actor=ann)
    with pytest.raises(Conflict, match="last administrator"):
        set_roles(user=ann, roles=[], actor=None)


def test_external_id_of_who_has_an_account_is_for_administrators_to_set() -> None:
    agent, contact = UserFactory.create(roles=["agent"]), UserFactory.create()
    other = UserFactory.create(roles=["customer"])

    update_user(user=contact, changes={"external_id": "crm-1"}, actor=agent)
    with pytest.raises(PermissionDenied):
        update_user(user=other, changes={"external_id": "crm-2"}, actor=agent)
    assert update_user(user=other, changes={"external_id": "crm-2"}, actor=StaffFactory.create()).external_id == "crm-2"
