"""How an event ends for those who registered: in portions, resumed by whoever comes next."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.utils import timezone as clock

from api.exceptions import Conflict
from events.imports import EventImport
from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from relations import closing
from relations.closing import NEVER_ADMITTED, cancel_event, complete_event, settle, settle_all
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, Settlement, Status, UserEventRelation
from relations.registration import check_in, register
from relations.services import end_relation
from relations.tests.factories import attend
from relations.tests.test_registration import by_themselves, running_event
from relations.tests.test_services import statuses
from users.models import EventCounts
from users.tests.factories import UserFactory
from users.tests.files import csv_file, imported

pytestmark = [pytest.mark.django_db, pytest.mark.database]


def test_cancelled_event_takes_nobody_at_once_and_releases_everybody() -> None:
    event = EventFactory.create(max_capacity=1)
    attend(UserFactory.create(), event)
    attend(UserFactory.create(), event)

    cancel_event(event=event, actor=None, reason="The hall burnt down")

    with pytest.raises(Conflict, match="takes nobody"):
        by_themselves(UserFactory.create(), event)
    assert (settle_all(), settle_all()) == (2, 0)
    assert statuses(event) == ["cancelled", "cancelled"]
    assert set(RelationTransition.objects.filter(to_status="cancelled").values_list("reason", flat=True)) == {
        "The hall burnt down"
    }
    assert (Settlement.objects.count(), find_drift()) == (0, [])


def test_release_goes_on_where_it_was_broken_off(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "PORTION", 2)
    event = EventFactory.create()
    for _ in range(5):
        attend(UserFactory.create(), event)
    cancel_event(event=event, actor=None)

    closing._settle_portion(event.pk)

    assert statuses(event) == ["cancelled"] * 2 + ["confirmed"] * 3
    assert (settle(event.pk), statuses(event)) == (3, ["cancelled"] * 5)


@pytest.mark.parametrize("opened", ["active", "draft"])
def test_event_does_not_open_again_halfway(monkeypatch: pytest.MonkeyPatch, opened: str) -> None:
    monkeypatch.setattr(closing, "PORTION", 1)
    event = EventFactory.create(max_capacity=1)
    for _ in range(3):
        attend(UserFactory.create(), event)
    cancel_event(event=event, actor=None)
    closing._settle_portion(event.pk)

    with pytest.raises(Conflict, match="is cancelled, and 2 of its registrations are still to end"):
        update_event(event=event, changes={"status": opened}, actor=None)

    assert (settle_all(), statuses(event)) == (2, ["cancelled"] * 3)
    assert update_event(event=event, changes={"status": opened}, actor=None).status == opened


def test_event_that_a_file_opens_again_keeps_who_was_not_released_yet(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setattr(closing, "PORTION", 1)
    event = EventFactory.create(max_capacity=1, external_id="it")
    for _ in range(3):
        attend(UserFactory.create(), event)
    cancel_event(event=event, actor=None)
    closing._settle_portion(event.pk)

    row = f"it,T,{event.start_at.isoformat()},active,1"
    imported(csv_file(tmp_path, "external_id,title,start_at,status,max_capacity", row), EventImport())

    assert (settle_all(), statuses(event)) == (0, ["cancelled", "confirmed", "waitlisted"])
    assert not Settlement.objects.exists()


@pytest.mark.parametrize(("checked_in", "other"), [(True, "no_show"), (False, "attended")])
def test_close_says_who_came(checked_in: bool, other: str) -> None:  # noqa: FBT001  # a case, not a switch
    event = running_event(max_capacity=2, requires_approval=True)
    first, _second, _waiting = (attend(UserFactory.create(), event) for _ in range(3))
    by_themselves(UserFactory.create(), event)
    if checked_in:
        check_in(relation=first, actor=None, reason="scanned")

    complete_event(event=event, actor=None)
    settle_all()

    assert statuses(event) == ["attended", other, "cancelled", "cancelled"]
    assert RelationTransition.objects.filter(reason=NEVER_ADMITTED).count() == 1
    assert EventCounts.objects.get(user=first.user_id).attended == 1


def test_whoever_closes_may_say_what_the_others_did() -> None:
    event = running_event()
    attend(UserFactory.create(), event)

    complete_event(event=event, actor=None, outcome=Status.NO_SHOW)
    settle_all()

    assert statuses(event) == ["no_show"]


def test_portions_of_one_close_agree(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(closing, "PORTION", 1)
    event = running_event()
    for _ in range(3):
        attend(UserFactory.create(), event)

    complete_event(event=event, actor=None)
    settle_all()

    assert statuses(event) == ["attended"] * 3


def test_event_that_has_not_begun_is_not_completed() -> None:
    event = EventFactory.create()

    with pytest.raises(Conflict, match="has not begun: cancel it instead"):
        complete_event(event=event, actor=None)

    assert Event.objects.get(pk=event.pk).status == "active"


def test_event_that_was_cancelled_did_not_take_place() -> None:
    event = running_event()
    cancel_event(event=event, actor=None)

    with pytest.raises(Conflict, match="Set it active first"):
        complete_event(event=event, actor=None)

    assert Event.objects.get(pk=event.pk).status == "cancelled"


def test_event_that_took_place_is_not_called_off() -> None:
    event = complete_event(event=running_event(), actor=None)

    with pytest.raises(Conflict, match="took place"):
        cancel_event(event=event, actor=None)

    assert Event.objects.get(pk=event.pk).status == "completed"


def test_closing_twice_is_closing_once() -> None:
    event = running_event()
    attend(UserFactory.create(), event)
    for _ in range(2):
        complete_event(event=event, actor=None)
        settle_all()
    lines = RelationTransition.objects.count()

    assert (statuses(event), lines) == (["attended"], 2)


def test_offer_of_a_closed_event_expires() -> None:
    start = clock.now() + timedelta(minutes=30)
    event = EventFactory.create(max_capacity=1, offer_minutes=20, start_at=start)
    seated, offered = (attend(UserFactory.create(), event) for _ in range(2))
    end_relation(relation=seated, actor=None, reason="test")
    Event.objects.filter(pk=event.pk).update(start_at=clock.now() - timedelta(minutes=1))

    complete_event(event=event, actor=None)
    settle_all()

    offered.refresh_from_db()
    assert offered.status == "expired"
    assert not UserEventRelation.objects.live().exists()
    assert register(user=offered.user, event=EventFactory.create(), actor=None, reason="test")[1]


def test_one_event_that_cannot_be_settled_holds_up_no_other(caplog: pytest.LogCaptureFixture) -> None:
    broken, whole = EventFactory.create(), EventFactory.create()
    for event in (broken, whole):
        attend(UserFactory.create(), event)
        cancel_event(event=event, actor=None)
    EventCapacity.objects.filter(event=broken).delete()

    assert (settle_all(), statuses(whole), statuses(broken)) == (1, ["cancelled"], ["confirmed"])
    assert f"Event {broken.pk} was left for the next round." in caplog.text


def test_event_that_a_file_completed_is_settled_by_its_relations_or_by_hand(tmp_path: Path) -> None:
    event = running_event(external_id="it")
    attend(UserFactory.create(), event)

    imported(
        csv_file(tmp_path, "external_id,title,start_at,status", f"it,T,{event.start_at.isoformat()},completed"),
        EventImport(),
    )
    assert (settle_all(), statuses(event)) == (0, ["confirmed"])
    complete_event(event=event, actor=None)

    assert (settle_all(), statuses(event)) == (1, ["attended"])
