"""The pages on which a customer finds an event, registers and cancels."""

from datetime import timedelta
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import Settings

from events.models import Event
from events.tests.factories import EventFactory, PastEventFactory
from relations import event_pages
from relations.models import UserEventRelation
from relations.registration import decline, register
from relations.services import end_relation
from relations.tests.factories import attend
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
LIST = "/account/events/"


@pytest.fixture
def customers(client: Client, customer: User) -> Client:
    """Return a browser in which the customer is signed in."""
    client.force_login(customer)
    return client


def page(event: Event) -> str:
    """Return the address of an event's page."""
    return reverse("account-event", args=[event.pk])


def status_of(person: User, event: Event) -> str:
    """Return how the person's last registration stands."""
    return UserEventRelation.objects.filter(user=person, event=event).order_by("-seq")[0].status


def titles(answer: Any) -> list[str]:
    """Return the titles on a list, in order."""
    return [row["event"].title for row in answer.context["rows"]]


def offer_to(person: User) -> UserEventRelation:
    """Return a registration of the person's that is offered a place."""
    event = EventFactory.create(max_capacity=1, offer_minutes=60)
    first, relation = attend(UserFactory.create(), event), attend(person, event)
    end_relation(relation=first, actor=None, reason="test")
    relation.refresh_from_db()
    assert relation.status == "offered"
    return relation


def test_active_events_to_come_are_listed_soonest_first(customers: Client) -> None:
    for title, days in (("Later", 9), ("Sooner", 2)):
        EventFactory.create(title=title, start_at=clock.now() + timedelta(days=days))
    for status in ("draft", "cancelled", "completed"):
        EventFactory.create(status=status)
    PastEventFactory.create()

    assert titles(customers.get(LIST)) == ["Sooner", "Later"]


def test_events_are_listed_a_page_at_a_time(customers: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(event_pages, "ROWS", 2)
    for day in (1, 2, 3):
        EventFactory.create(title=f"Day {day}", start_at=clock.now() + timedelta(days=day))
    first = customers.get(LIST)
    second = customers.get(LIST, {"cursor": str(first.context["page"].next)})

    assert (titles(first), titles(second)) == (["Day 1", "Day 2"], ["Day 3"])
    assert b'rel="next"' in first.content
    assert (b'rel="prev"' in second.content, b'rel="next"' in second.content) == (True, False)
    assert customers.get(LIST, {"cursor": "garbage"}).status_code == 400


@pytest.mark.parametrize(
    ("fields", "attendees", "said"),
    [
        ({}, 0, "Places for everybody"),
        ({"max_capacity": 3}, 1, "2 places left"),
        ({"max_capacity": 2}, 1, "1 place left"),
        ({"max_capacity": 1}, 1, "Full, with a waitlist"),
        ({"max_capacity": 1}, 2, "Full, 1 person on the waitlist"),
        ({"max_capacity": 1, "waitlist_enabled": False}, 1, "Full"),
        ({"max_capacity": 1, "requires_approval": True}, 0, "1 place left · by approval"),
    ],
)
def test_list_and_page_say_how_full_an_event_is(
    customers: Client, fields: dict[str, Any], attendees: int, said: str
) -> None:
    event = EventFactory.create(**fields)
    for _person in range(attendees):
        attend(UserFactory.create(), event)

    assert customers.get(LIST).context["rows"][0]["opening"] == said
    assert customers.get(page(event)).context["opening"] == said


def test_list_says_how_oneself_stands_and_nobody_else(customers: Client, customer: User) -> None:
    event = EventFactory.create(max_capacity=1)
    first, second = attend(UserFactory.create(), event), attend(UserFactory.create(), event)
    assert customers.get(LIST).context["rows"][0]["relation"] is None

    own = attend(customer, event)
    row = customers.get(LIST).context["rows"][0]

    assert (row["relation"], row["place"]) == (own, 2)
    for address in (LIST, page(event)):
        said = customers.get(address).content.decode()
        assert "number 2 on the waitlist" in said
        assert str(first.user) not in said
        assert str(second.user) not in said


def test_page_shows_description_place_and_time_in_the_events_zone(customers: Client) -> None:
    start = clock.now().replace(year=clock.now().year + 1, month=6, day=15, hour=16, minute=0)
    event = EventFactory.create(
        title="Spring <meeting>", description="Bring <cake>.", venue="Old Library", start_at=start, end_at=None
    )
    Event.objects.filter(pk=event.pk).update(timezone="Europe/Berlin")

    said = customers.get(page(event)).content.decode()

    for part in ("Spring &lt;meeting&gt;", "Bring &lt;cake&gt;.", "Old Library", "18:00 (Europe/Berlin, UTC+2)"):
        assert part in said


@pytest.mark.parametrize(
    ("fields", "becomes"),
    [({}, "confirmed"), ({"requires_approval": True}, "pending"), ({"max_capacity": 0}, "waitlisted")],
)
def test_registering(customers: Client, customer: User, fields: dict[str, Any], becomes: str) -> None:
    event = EventFactory.create(**fields)
    assert b'value="register"' in customers.get(page(event)).content

    answer = customers.post(page(event), {"step": "register"})

    assert (answer.status_code, answer["Location"]) == (302, page(event))
    assert status_of(customer, event) == becomes
    shown = customers.get(page(event))
    assert (b'value="register"' in shown.content, b'value="cancel"' in shown.content) == (False, True)
    assert (b"Your ticket" in shown.content) == (becomes == "confirmed")
    assert (b"until those who run it approve" in shown.content) == (becomes == "pending")
    line = UserEventRelation.objects.get(user=customer, event=event).transitions.get()
    assert (line.actor, line.reason) == (customer, "by themselves on the event's page")


def test_ticket_and_calendar_are_ones_own(customers: Client, customer: User) -> None:
    event = EventFactory.create()
    attend(UserFactory.create(), event)
    attend(customer, event)
    token = customers.get(page(event)).context["token"]

    assert str(customer).encode() in customers.get(reverse("ticket", args=[token])).content
    assert customers.get(reverse("ticket-calendar", args=[token])).status_code == 200


def test_cancelling_and_coming_back(customers: Client, customer: User) -> None:
    event = EventFactory.create(max_capacity=1)
    attend(customer, event)
    behind = attend(UserFactory.create(), event)

    customers.post(page(event), {"step": "cancel"})
    behind.refresh_from_db()
    assert (status_of(customer, event), behind.status) == ("cancelled", "confirmed")
    again = customers.post(page(event), {"step": "cancel"})
    assert (again.status_code, b"not possible any more" in again.content) == (409, True)

    customers.post(page(event), {"step": "register"})
    assert status_of(customer, event) == "waitlisted"


@pytest.mark.parametrize(("step", "becomes"), [("accept", "confirmed"), ("decline", "cancelled")])
def test_offer_is_accepted_or_turned_down(customers: Client, customer: User, step: str, becomes: str) -> None:
    relation = offer_to(customer)
    shown = customers.get(page(relation.event))
    assert shown.context["until"]
    assert f'value="{step}"'.encode() in shown.content

    customers.post(page(relation.event), {"step": step})

    assert status_of(customer, relation.event) == becomes


def test_offer_that_ended_says_so(customers: Client, customer: User) -> None:
    relation = offer_to(customer)
    UserEventRelation.objects.filter(pk=relation.pk).update(offer_expires_at=clock.now() - timedelta(minutes=1))

    answer = customers.post(page(relation.event), {"step": "accept"})

    assert (answer.status_code, b"The offer has ended" in answer.content) == (409, True)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"max_capacity": 0, "waitlist_enabled": False}, "is full and keeps no waitlist"),
        ({"start_at": clock.now() - timedelta(days=2), "end_at": None}, "is over"),
    ],
)
def test_what_the_rules_refuse_is_not_offered_and_said_in_words(
    customers: Client, customer: User, fields: dict[str, Any], said: str
) -> None:
    event = EventFactory.create(**fields)
    assert b'name="step"' not in customers.get(page(event)).content

    answer = customers.post(page(event), {"step": "register"})

    assert (answer.status_code, said in answer.content.decode()) == (409, True)
    assert not UserEventRelation.objects.filter(user=customer).exists()


def test_who_was_declined_does_not_come_back_by_themselves(customers: Client, customer: User) -> None:
    event = EventFactory.create(requires_approval=True)
    relation, _is_new = register(user=customer, event=event, actor=customer, reason="test")
    decline(relation=relation, actor=None, reason="test")
    assert b'name="step"' not in customers.get(page(event)).content

    answer = customers.post(page(event), {"step": "register"})

    assert (answer.status_code, status_of(customer, event)) == (409, "declined")


@pytest.mark.parametrize("step", ["", "check_in", "approve", "accept", "decline"])
def test_no_other_step_is_taken(customers: Client, customer: User, step: str) -> None:
    event = EventFactory.create()
    attend(customer, event)

    assert customers.post(page(event), {"step": step}).status_code == 409
    assert status_of(customer, event) == "confirmed"


def test_others_registrations_are_out_of_reach(customers: Client) -> None:
    relation = attend(UserFactory.create(), EventFactory.create())

    assert customers.post(page(relation.event), {"step": "cancel"}).status_code == 409

    relation.refresh_from_db()
    assert relation.status == "confirmed"


@pytest.mark.parametrize(("status", "has_a_part"), [("draft", False), ("draft", True), ("cancelled", False)])
def test_hidden_events_answer_as_what_is_not_there(
    customers: Client, customer: User, status: str, *, has_a_part: bool
) -> None:
    event = EventFactory.create()
    if has_a_part:
        attend(customer, event)
    Event.objects.filter(pk=event.pk).update(status=status)
    unknown = EventFactory.build()

    for one in (event, unknown):
        assert customers.get(page(one)).status_code == 404
        assert customers.post(page(one), {"step": "register"}).status_code == 404


def test_who_has_no_role_sees_no_events(client: Client, outsider: User) -> None:
    event = EventFactory.create()
    client.force_login(outsider)

    assert titles(client.get(LIST)) == []
    assert client.post(page(event), {"step": "register"}).status_code == 404


def test_nobody_is_led_to_sign_in(client: Client) -> None:
    for address in (LIST, page(EventFactory.create()), "/account/", "/account/profile/"):
        answer = client.get(address)
        assert (answer.status_code, answer["Location"]) == (302, f"/account/sign-in/?next={address}")


def test_fetching_changes_nothing_and_buttons_are_guarded(customer: User) -> None:
    event, client = EventFactory.create(), Client(enforce_csrf_checks=True)
    client.force_login(customer)

    client.get(page(event), {"step": "register"})

    assert client.post(page(event), {"step": "register"}).status_code == 403
    assert not UserEventRelation.objects.exists()


@pytest.mark.parametrize("number", [1, 3])
def test_as_many_queries_for_one_as_for_three(
    customers: Client, customer: User, django_assert_num_queries: Any, number: int
) -> None:
    for _time in range(number):
        event = EventFactory.create(max_capacity=1)
        attend(UserFactory.create(), event)
        attend(customer, event)
    with django_assert_num_queries(6):  # session, person, roles, events, own parts, places in queues
        assert len(customers.get(LIST).context["rows"]) == number


def test_calls_are_limited(customers: Client, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "user": "2/day"}
    answers = [customers.get(LIST) for _time in range(3)]

    assert [answer.status_code for answer in answers] == [200, 200, 429]
    assert int(answers[-1]["Retry-After"]) > 0
