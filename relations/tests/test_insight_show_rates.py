"""Show rates that are drawn towards everybody's, and how many come when each has a rate of their own."""

import itertools
import math
import random
from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client
from django.utils import timezone as clock
from rest_framework.test import APIClient

from events.models import Event
from events.series import repeat_event
from events.tests.factories import EventFactory, PastEventFactory
from relations.insights.arrivals import _exact, _refined_normal, chance_of_more_than
from relations.insights.overbooking import FEWEST, LEAST_KNOWN, most_to_let_in, overbooking_of
from relations.insights.show_rates import Kind, Prior, prior_from, prior_of, show_rate_of_person, show_rate_of_series
from relations.models import Role, Status
from relations.services import add_relation
from relations.tests.factories import attend, attended, host
from users.models import User
from users.tests.answers import problem
from users.tests.factories import UserFactory

ClientOf = Callable[[User], APIClient]


def prior_of_groups(groups: list[tuple[int, int]]) -> Prior:
    """Return the prior of groups of which ``k`` of ``n`` came."""
    found = prior_from(
        len(groups),
        sum(n for _k, n in groups),
        sum(k for k, _n in groups),
        sum(n * n for _k, n in groups),
        sum(k * k / n for k, n in groups),
    )
    assert found
    return found


def missed(user: User, event: Event) -> None:
    add_relation(user=user, event=event, role=Role.ATTENDEE, status=Status.NO_SHOW, actor=None, reason="test")


def by_brute_force(seats: int, chances: list[float]) -> float:
    """Add up the chances of all outcomes with more than ``seats`` people."""
    outcomes = itertools.product((0, 1), repeat=len(chances))
    return sum(
        math.prod(chance if came else 1 - chance for came, chance in zip(outcome, chances, strict=True))
        for outcome in outcomes
        if sum(outcome) > seats
    )


def test_prior_finds_the_beta_that_the_groups_were_drawn_from() -> None:
    draw = random.Random(1)  # noqa: S311  # draws data, no secret
    groups = []
    for _group in range(4_000):
        rate, n = draw.betavariate(6, 2), draw.randint(1, 20)
        groups.append((sum(draw.random() < rate for _one in range(n)), n))

    prior = prior_of_groups(groups)

    assert prior.mean == pytest.approx(0.75, abs=0.01)
    assert prior.strength == pytest.approx(8, rel=0.15)


def test_groups_that_differ_by_chance_alone_are_given_the_rate_of_all() -> None:
    draw = random.Random(2)  # noqa: S311  # draws data, no secret
    groups = [(sum(draw.random() < 0.7 for _one in range(10)), 10) for _group in range(50)]
    alike = prior_of_groups([(7, 10)] * 50)

    assert math.isinf(alike.strength)
    assert alike.shrunk(0, 10) == 0.7
    assert prior_of_groups(groups).strength > 20


def test_groups_of_one_say_nothing_of_differences() -> None:
    assert prior_of_groups([(1, 1), (0, 1), (1, 1)]) == Prior(2 / 3, math.inf, 3)
    assert prior_from(0, 0, 0, 0, 0) is None


def test_rate_is_drawn_to_the_mean_the_more_the_less_is_known() -> None:
    prior = Prior(mean=0.75, strength=8, n=1000)

    assert [round(prior.shrunk(n, n), 3) for n in (0, 1, 8, 80)] == [0.75, 0.778, 0.875, 0.977]


@pytest.mark.parametrize("seats", range(8))
def test_chance_is_that_of_all_outcomes_added_up(seats: int) -> None:
    chances = [0.9, 0.5, 0.99, 0.2, 0.75, 1.0, 0.0]

    assert chance_of_more_than(seats, chances) == pytest.approx(by_brute_force(seats, chances), abs=1e-12)


def test_approximation_for_many_meets_the_exact_one() -> None:
    draw = random.Random(3)  # noqa: S311  # draws data, no secret
    chances = [draw.betavariate(6, 2) for _person in range(500)]

    worst = max(abs(_refined_normal(seats, chances) - _exact(seats, chances)) for seats in range(330, 420))

    assert worst < 0.0005
    assert chance_of_more_than(375, chances) == _refined_normal(375, chances)


def test_approximation_of_what_is_certain_is_certain() -> None:
    assert chance_of_more_than(499, [1.0] * 500) == 1.0
    assert chance_of_more_than(450, [1.0] * 450 + [0.0] * 50) == 0.0


@pytest.mark.parametrize("risk", [0.01, 0.05, 0.1, 0.3])
def test_as_many_are_let_in_as_the_risk_allows(risk: float) -> None:
    inside, queue, unknown = [0.8] * 5, [0.3, 0.5], 0.7
    everybody = [*inside, *queue, *[unknown] * 20]

    found = most_to_let_in(10, inside, queue, unknown, risk)

    assert 10 <= found < 20
    assert by_brute_force(10, everybody[:found]) < risk <= by_brute_force(10, everybody[: found + 1])


def test_who_is_in_stays_in_whatever_the_risk() -> None:
    assert most_to_let_in(10, [0.99] * 14, [], 0.99, 0.05) == 14
    assert most_to_let_in(10, [0.99] * 3, [], 0.99, 0.05) == 10


def test_nobody_is_let_in_beyond_twice_the_seats() -> None:
    assert most_to_let_in(10, [0.01] * 10, [], 0.01, 0.05) == 20


@pytest.mark.django_db
def test_person_is_known_by_what_the_caller_may_know(staff: User, organizer: User) -> None:
    person = UserFactory.create()
    mine, foreign = PastEventFactory.create(), PastEventFactory.create()
    host(organizer, mine)
    attended(person, mine)
    missed(person, foreign)
    missed(UserFactory.create(), mine)

    everything, some = show_rate_of_person(person, staff), show_rate_of_person(person, organizer)

    assert everything
    assert some
    assert (everything.attended, everything.n, some.attended, some.n) == (1, 2, 1, 1)
    assert everything.overall == pytest.approx(1 / 3)


@pytest.mark.django_db
def test_hosts_and_series_have_priors_of_their_own(staff: User) -> None:
    first = EventFactory.create(start_at=clock.now() - timedelta(days=20), end_at=None)
    series = repeat_event(event=first, rule="FREQ=WEEKLY;COUNT=2", actor=staff)
    first.refresh_from_db()
    host(UserFactory.create(), first)
    attended(UserFactory.create(), first)
    missed(UserFactory.create(), PastEventFactory.create())

    rates = [prior.mean for kind in Kind if (prior := prior_of(kind))]
    found = show_rate_of_series(first.series, staff)  # type: ignore[arg-type]  # it was just repeated

    assert series
    assert rates == [0.5, 1.0, 1.0]
    assert found
    assert (found.rate, found.n) == (1.0, 1)


@pytest.mark.django_db
def test_show_rates_over_rest(client_of: ClientOf, staff: User, customer: User) -> None:
    event, leader = PastEventFactory.create(), UserFactory.create()
    host(leader, event)
    attended(customer, event)
    missed(UserFactory.create(), event)

    own = client_of(customer).get(f"/api/v1/users/{customer.pk}/show_rate/").json()
    leading = client_of(staff).get(f"/api/v1/users/{leader.pk}/show_rate/").json()

    assert (own["attendee"]["attended"], own["attendee"]["n"], own["host"]) == (1, 1, None)
    assert (leading["attendee"], leading["host"]["attended"], leading["host"]["n"]) == (None, 1, 2)
    assert client_of(customer).get(f"/api/v1/users/{leader.pk}/show_rate/").status_code == 404


@pytest.mark.django_db
def test_too_little_is_known_for_a_suggestion() -> None:
    event = EventFactory.create(max_capacity=10)
    attended(UserFactory.create(), PastEventFactory.create())

    found = overbooking_of(event)

    assert found
    assert (found.let_in, found.extra, found.n, found.least) == (None, None, 1, LEAST_KNOWN)


@pytest.mark.django_db
def test_suggestion_goes_by_those_who_are_in() -> None:
    """People who never come leave more room than people who always do."""
    regulars, dodgers = UserFactory.create_batch(10), UserFactory.create_batch(10)
    for _event in range(5):
        event = PastEventFactory.create()
        for regular, dodger in zip(regulars, dodgers, strict=True):
            attended(regular, event)
            missed(dodger, event)
    kept, wasted = EventFactory.create_batch(2, max_capacity=10)
    for regular, dodger in zip(regulars, dodgers, strict=True):
        attend(regular, kept)
        attend(dodger, wasted)

    few, many = overbooking_of(kept), overbooking_of(wasted)

    assert few
    assert many
    assert few.n == LEAST_KNOWN
    assert few.known == 10
    assert (few.let_in, few.extra) == (10, 0)
    assert many.let_in is not None
    assert many.let_in > 14
    assert few.expected == pytest.approx(9.9, abs=0.2)


@pytest.mark.django_db
@pytest.mark.parametrize("event", [{"max_capacity": None}, {"status": "cancelled", "max_capacity": 5}])
def test_events_without_anything_to_suggest(event: dict[str, object]) -> None:
    assert overbooking_of(EventFactory.create(**event)) is None


@pytest.mark.django_db
def test_habits_of_a_handful_are_not_told_by_their_sum() -> None:
    lazy, past = UserFactory.create_batch(FEWEST), PastEventFactory.create()
    for person in lazy:
        add_relation(user=person, event=past, role=Role.ATTENDEE, status=Status.NO_SHOW, actor=None, reason="test")
    few, enough = EventFactory.create(max_capacity=20), EventFactory.create(max_capacity=20)
    for person in lazy:
        attend(person, enough)
    for person in lazy[1:]:
        attend(person, few)

    told = [found.known for event in (few, enough) if (found := overbooking_of(event))]

    assert told == [0, FEWEST]


@pytest.mark.django_db
def test_event_with_more_than_twice_its_seats_taken_is_beyond_suggestions() -> None:
    event = EventFactory.create(max_capacity=5)
    for person in UserFactory.create_batch(5):
        attend(person, event)
    suggestions = []
    for seats in (3, 2):
        event.max_capacity = seats
        suggestions.append(overbooking_of(event))

    assert [found is None for found in suggestions] == [False, True]


@pytest.mark.django_db
def test_risk_is_the_callers_within_reason(client_of_staff: APIClient) -> None:
    address = f"/api/v1/events/{EventFactory.create(max_capacity=3).pk}/statistics/"

    assert client_of_staff.get(f"{address}?risk=0.1").json()["overbooking"]["risk"] == 0.1
    assert client_of_staff.get(address).json()["overbooking"]["risk"] == 0.05
    for wrong in ("0.9", "0", "nan", "-1", "", "1e-2", "much"):
        assert problem(client_of_staff.get(f"{address}?risk={wrong}"))[0] == 400


@pytest.mark.django_db
def test_page_of_a_person_says_how_often_they_come(admin_of_staff: Client) -> None:
    person, event = UserFactory.create(), PastEventFactory.create()
    page = f"/admin/users/user/{person.pk}/panel/events/"
    before = admin_of_staff.get(page)
    attended(person, event)
    missed(UserFactory.create(), event)

    after = admin_of_staff.get(page).content.decode()

    assert "Came to" not in before.content.decode()
    assert "Came to 1 of 1; likely to come to the next with 50% (everybody: 50%)." in after
