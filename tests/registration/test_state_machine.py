"""Registration against its invariants: anything anybody can do, in any order, drawn by Hypothesis.

Each example is a story of one event and a few people, in a transaction that is rolled back. After every step the
invariants of the design are looked at. Scaled up by ``make prove``.
"""

import contextlib
import os
from collections.abc import Callable
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.exceptions import ValidationError
from django.db import transaction
from django.db.models import Count
from django.utils import timezone as clock
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule, run_state_machine_as_test

from api.exceptions import Conflict
from events.models import Event, EventStatus
from events.services import update_event
from events.tests.factories import EventFactory
from mailing.models import Delivery
from relations import closing, registration, services
from relations.closing import _settle_portion, cancel_event, complete_event
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, Role, Status, UserEventRelation
from relations.offers import expire_offers
from relations.querysets import HOLDING_A_PLACE, LIVE
from relations.tests.factories import host
from users.models import User
from users.tests.factories import UserFactory

PEOPLE = 7
STORIES, STEPS = (300, 60) if os.environ.get("PROVE") else (8, 30)
BEFORE_THE_END = 15  # lines of the ledger: an event that closes at once has no story
people = st.integers(0, PEOPLE - 1)


class Registration(RuleBasedStateMachine):
    """One event whose doors are open, its leader, and people who come and go."""

    def __init__(self) -> None:
        super().__init__()
        self._rolled_back = transaction.atomic()
        self._rolled_back.__enter__()
        self.event = EventFactory.create(max_capacity=2, start_at=clock.now() + timedelta(hours=6))
        self.leader = UserFactory.create(roles=["organizer"])
        host(self.leader, self.event)
        self.people = UserFactory.create_batch(PEOPLE)
        self.taken_before = 0

    def teardown(self) -> None:
        transaction.set_rollback(True)
        self._rolled_back.__exit__(None, None, None)

    @rule(some=st.lists(people, min_size=1, max_size=PEOPLE, unique=True), by_oneself=st.booleans())
    def register(self, some: list[int], by_oneself: bool) -> None:  # noqa: FBT001  # drawn
        for user in [self.people[person] for person in some]:
            self.attempt(partial(self.register_one, user, user if by_oneself else self.leader))

    def register_one(self, user: User, actor: User) -> None:
        registration.register(user=user, event=self.event, actor=actor, reason="registers")

    @rule(person=people)
    def cancel(self, person: int) -> None:
        self.with_latest(person, lambda one: services.end_relation(relation=one, actor=self.leader, reason="cancels"))

    @rule(person=people, step=st.sampled_from(["approve", "decline", "accept", "check_in", "undo_check_in"]))
    def take_a_step(self, person: int, step: str) -> None:
        take: Callable[..., Any] = getattr(registration, step)
        self.with_latest(person, lambda one: take(relation=one, actor=self.leader, reason=step))

    @rule(person=people, status=st.sampled_from(Status.values))
    def say_what_became(self, person: int, status: str) -> None:
        """Write a relation straight, as integrators do."""
        self.attempt(
            lambda: services.add_relation(
                user=self.people[person],
                event=self.event,
                role=Role.ATTENDEE,
                status=status,
                actor=self.leader,
                reason="written straight",
            )
        )

    @rule(capacity=st.one_of(st.none(), st.integers(0, PEOPLE)))
    def change_capacity(self, capacity: int | None) -> None:
        self.change({"max_capacity": capacity})

    @rule(
        minutes=st.sampled_from([None, 60]),
        approval=st.booleans(),
        waitlist=st.booleans(),
    )
    def change_the_rules(self, minutes: int | None, approval: bool, waitlist: bool) -> None:  # noqa: FBT001  # drawn
        self.change({"offer_minutes": minutes, "requires_approval": approval, "waitlist_enabled": waitlist})

    @rule()
    def let_offers_end(self) -> None:
        past = clock.now() - timedelta(seconds=1)
        UserEventRelation.objects.filter(status=Status.OFFERED).update(offer_expires_at=past)
        expire_offers()

    @precondition(lambda self: Event.objects.get(pk=self.event.pk).start_at > clock.now())
    @rule()
    def begin(self) -> None:
        now = clock.now()
        self.change({"start_at": now - timedelta(hours=1), "end_at": now + timedelta(hours=1)})

    @precondition(lambda self: RelationTransition.objects.count() > BEFORE_THE_END)
    @rule(way=st.sampled_from([cancel_event, complete_event]))
    def close(self, way: Callable[..., Event]) -> None:
        self.attempt(lambda: way(event=self.event, actor=self.leader))

    @rule()
    def settle_some(self) -> None:
        _settle_portion(self.event.pk)

    @rule()
    def open_again(self) -> None:
        self.change({"status": EventStatus.ACTIVE})

    @invariant()
    def seats_are_those_who_hold_one(self) -> None:
        capacity = self.capacity()
        rows = UserEventRelation.objects.filter(event=self.event, role=Role.ATTENDEE)
        assert capacity.taken == rows.filter(status__in=HOLDING_A_PLACE).count()
        assert capacity.waiting == rows.filter(status=Status.WAITLISTED).count()

    @invariant()
    def nobody_is_let_in_beyond_the_capacity(self) -> None:
        capacity, most = self.capacity(), self.capacity().event.max_capacity
        assert most is None or capacity.taken <= max(most, self.taken_before)
        self.taken_before = capacity.taken

    @invariant()
    def no_seat_is_free_while_somebody_waits(self) -> None:
        capacity = self.capacity()
        event = capacity.event
        if event.status == EventStatus.ACTIVE and capacity.waiting:
            assert event.max_capacity is not None
            assert capacity.taken >= event.max_capacity

    @invariant()
    def places_were_given_in_the_order_of_arrival(self) -> None:
        """Whoever came from the queue to a seat had nobody before them who waited still."""
        stood: dict[Any, str] = {}
        arrival = dict(UserEventRelation.objects.filter(event=self.event).values_list("pk", "seq"))
        lines = RelationTransition.objects.filter(relation__in=arrival).order_by("pk")
        for relation, was, becomes, reason in lines.values_list("relation", "from_status", "to_status", "reason"):
            stood[relation] = becomes
            if was == Status.WAITLISTED and reason.endswith("a place became free"):
                waiting = [arrival[other] for other, status in stood.items() if status == Status.WAITLISTED]
                assert all(seq > arrival[relation] for seq in waiting)

    @invariant()
    def nobody_is_registered_twice(self) -> None:
        live = UserEventRelation.objects.filter(event=self.event, role=Role.ATTENDEE, status__in=LIVE)
        assert not live.values("user").annotate(number=Count("pk")).filter(number__gt=1).exists()

    @invariant()
    def ledger_tells_the_state(self) -> None:
        told: dict[Any, str] = {}
        lines = RelationTransition.objects.filter(relation__event=self.event).order_by("pk")
        for relation, was, becomes in lines.values_list("relation", "from_status", "to_status"):
            assert told.get(relation, "") == was
            told[relation] = becomes
        assert told == dict(UserEventRelation.objects.filter(event=self.event).values_list("pk", "status"))

    @invariant()
    def each_change_is_mailed_once_at_most(self) -> None:
        mails = Delivery.objects.exclude(transition=None).values("transition").annotate(number=Count("pk"))
        assert not mails.filter(number__gt=1).exists()

    @invariant()
    def counters_are_what_is_counted(self) -> None:
        assert find_drift() == []

    def capacity(self) -> EventCapacity:
        return EventCapacity.objects.select_related("event").get(event=self.event)

    def change(self, changes: dict[str, object]) -> None:
        self.attempt(lambda: update_event(event=self.event, changes=changes, actor=self.leader))

    def with_latest(self, person: int, step: Callable[[UserEventRelation], object]) -> None:
        """Take a step with the latest registration of a person, where there is one."""
        relations = UserEventRelation.objects.filter(event=self.event, user=self.people[person]).order_by("-seq")
        if (latest := relations.first()) is not None:
            self.attempt(lambda: step(latest))

    def attempt(self, step: Callable[[], object]) -> None:
        """Do what may be refused; a refusal changes nothing."""
        with contextlib.suppress(Conflict, ValidationError), transaction.atomic():
            step()


@pytest.fixture
def small_portions(monkeypatch: pytest.MonkeyPatch) -> None:
    """Settle so few at a time that stories happen between two portions."""
    monkeypatch.setattr(closing, "PORTION", 2)


@pytest.mark.usefixtures("small_portions")
@pytest.mark.django_db
def test_whatever_happens_the_invariants_hold() -> None:
    run_state_machine_as_test(
        Registration,
        settings=settings(
            max_examples=STORIES,
            stateful_step_count=STEPS,
            deadline=None,
            derandomize=not os.environ.get("PROVE"),
            suppress_health_check=list(HealthCheck),
        ),
    )
