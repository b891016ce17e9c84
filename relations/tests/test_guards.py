"""What the database refuses, however it is asked: rewriting the ledger, moving relations, setting seats."""

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone as clock

from events.services import create_event, delete_event
from events.tests.factories import EventFactory
from relations.ledger import forgetting, stated
from relations.models import EventCapacity, RelationTransition, UserEventRelation
from relations.tests.factories import attend, host
from relations.tests.test_counts import unguarded
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]


@pytest.fixture
def relation() -> UserEventRelation:
    return attend(UserFactory.create(), EventFactory.create(max_capacity=1))


def test_forged_line_of_the_ledger_is_refused(relation: UserEventRelation) -> None:
    forged = RelationTransition(relation=relation, to_status="attended", reason="they came", at=clock.now())

    with transaction.atomic(), pytest.raises(IntegrityError, match="written by triggers alone"):
        forged.save()
    with transaction.atomic(), pytest.raises(IntegrityError, match="written by triggers alone"):
        RelationTransition.objects.bulk_create([forged])


@pytest.fixture
def untold() -> UserEventRelation:
    """Return a relation of whose beginning no mail tells: one that does holds its line of the ledger, too."""
    return host(UserFactory.create(), EventFactory.create())


@pytest.mark.usefixtures("untold")
def test_line_of_the_ledger_is_not_deleted() -> None:
    with transaction.atomic(), pytest.raises(IntegrityError, match="keeps what happened"):
        RelationTransition.objects.all().delete()
    with transaction.atomic(), pytest.raises(IntegrityError, match="keeps what happened"):
        RelationTransition.objects.get().delete()

    assert RelationTransition.objects.count() == 1


@pytest.mark.usefixtures("untold")
def test_ledger_is_guarded_again_after_an_event_was_deleted() -> None:
    delete_event(event=create_event(event=EventFactory.build(), actor=UserFactory.create()))

    with transaction.atomic(), pytest.raises(IntegrityError, match="keeps what happened"):
        RelationTransition.objects.all().delete()
    with forgetting():
        RelationTransition.objects.all().delete()

    assert not RelationTransition.objects.exists()


@pytest.mark.parametrize("field", ["event", "user", "role", "seq"])
def test_relation_is_not_moved(relation: UserEventRelation, field: str) -> None:
    other = {"event": EventFactory.create(), "user": UserFactory.create(), "role": "host", "seq": 7}[field]

    with transaction.atomic(), pytest.raises(IntegrityError, match="end it and add another"):
        UserEventRelation.objects.update(**{field: other})


def test_relation_saved_whole_keeps_its_part(relation: UserEventRelation) -> None:
    relation.save()

    assert RelationTransition.objects.count() == 1


def test_stale_capacity_changes_nothing(relation: UserEventRelation) -> None:
    stale = EventCapacity.objects.get()
    attend(UserFactory.create(), relation.event)

    with transaction.atomic(), pytest.raises(IntegrityError, match="Seats follow the relations"):
        stale.save()
    with transaction.atomic(), pytest.raises(IntegrityError, match="given out once"):
        stale.save(update_fields=["next_seq"])

    assert EventCapacity.objects.values_list("taken", "waiting", "next_seq").get() == (1, 1, 3)


def test_next_place_may_rise_and_only_a_repair_makes_a_capacity(relation: UserEventRelation) -> None:
    EventCapacity.objects.update(next_seq=9)
    EventCapacity.objects.all().delete()

    with transaction.atomic(), pytest.raises(IntegrityError, match="Seats follow the relations"):
        EventCapacity.objects.create(event=relation.event)
    with unguarded():
        EventCapacity.objects.create(event=relation.event)


def test_place_in_the_order_of_arrival_is_given_once(relation: UserEventRelation) -> None:
    second = UserEventRelation(
        user=UserFactory.create(), event=relation.event, role="host", status="confirmed", seq=relation.seq
    )

    with pytest.raises(IntegrityError, match="relations_one_per_place"), stated(actor=None, reason="test"):
        second.save()


def test_ledger_keeps_what_it_said_whatever_the_setting(relation: UserEventRelation) -> None:
    with pytest.raises(Exception, match="Cannot update"), forgetting(), connection.cursor() as cursor:
        cursor.execute("UPDATE relations_relationtransition SET reason = 'nicer'")
