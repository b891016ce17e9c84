"""What is read and written in one way to the server is what the ORM reads and writes."""

import pytest
from django.db import IntegrityError, transaction
from django.db.models import Model
from django.db.transaction import TransactionManagementError

from events.models import Event
from events.tests.factories import EventFactory
from relations.ledger import insert_stated, stated
from relations.models import EventCapacity, RelationTransition, UserEventRelation
from relations.seats import lock_capacity, lock_for
from relations.tests.factories import attend
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.database, pytest.mark.django_db]


def values(stored: Model) -> dict[str, object]:
    return {field.attname: getattr(stored, field.attname) for field in stored._meta.concrete_fields}


def test_capacity_event_and_registrations_are_as_the_orm_has_them() -> None:
    event, user = EventFactory.create(max_capacity=3, offer_minutes=10), UserFactory.create()
    attend(UserFactory.create(), event)
    relation = attend(user, event)

    capacity, found = lock_for(event.pk, user.pk)

    assert values(capacity) == values(EventCapacity.objects.get(event=event))
    assert values(capacity.event) == values(Event.objects.get(pk=event.pk))
    assert [values(one) for one in found] == [values(UserEventRelation.objects.get(pk=relation.pk))]
    assert {one._state.adding for one in (capacity, capacity.event, *found)} == {False}
    assert {one._state.db for one in (capacity, capacity.event, *found)} == {"default"}


def test_capacity_that_is_missing_is_said_to_be() -> None:
    with pytest.raises(EventCapacity.DoesNotExist):
        lock_capacity(UserFactory.create().pk)


@pytest.mark.django_db(transaction=True)
def test_capacity_is_locked_within_a_transaction_alone() -> None:
    event = EventFactory.create()

    with pytest.raises(TransactionManagementError):
        lock_capacity(event.pk)


def new() -> UserEventRelation:
    event, user = EventFactory.create(), UserFactory.create()
    return UserEventRelation(user=user, event=event, role="attendee", status="pending", seq=1)


def test_relation_is_stored_as_it_is() -> None:
    relation = new()

    insert_stated(relation, actor=relation.user, reason="100% sure")

    line = RelationTransition.objects.get()
    assert values(UserEventRelation.objects.get()) == values(relation)
    assert (line.relation_id, line.actor_id, line.reason) == (relation.pk, relation.user_id, "100% sure")
    relation.save()
    assert UserEventRelation.objects.count() == 1


def test_relation_that_cannot_be_stored_leaves_no_reason() -> None:
    relation = new()
    insert_stated(relation, actor=None, reason="test")

    with pytest.raises(IntegrityError), transaction.atomic():
        insert_stated(relation, actor=None, reason="test")

    with pytest.raises(IntegrityError, match="only through a service"), transaction.atomic():
        UserEventRelation.objects.create(
            user=UserFactory.create(), event=relation.event, role="attendee", status="pending", seq=2
        )


def test_place_of_whoever_is_new_is_the_last_that_was_given() -> None:
    one, other = EventFactory.create_batch(2)
    with stated(actor=None, reason="test"):
        UserEventRelation.objects.bulk_create(
            UserEventRelation(user=UserFactory.create(), event=event, role=role, status=status, seq=seq)
            for event, role, status, seq in [
                (one, "attendee", "pending", 1),
                (one, "host", "confirmed", 4),
                (other, "attendee", "confirmed", 2),
            ]
        )

    assert [lock_capacity(event.pk).next_seq for event in (one, other)] == [5, 3]
