"""Turns at the seats: in a burst the crowd is asked to come back, who leads the event gets in, and commands wait."""

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from datetime import timedelta
from functools import partial
from typing import Any

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from rest_framework.test import APIClient

from api import transactions
from api.bulkheads import Bulkhead
from events.models import Event
from events.tests.factories import EventFactory
from relations import turns
from relations.models import UserEventRelation
from relations.seats import lock_capacity
from relations.tests.concurrency import SECONDS, together
from relations.tests.factories import attend, host
from relations.tickets import ticket_code
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def lanes(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let nobody wait."""
    monkeypatch.setattr(turns, "OWN", Bulkhead(inside=4, waiting=0, patience=0))
    monkeypatch.setattr(turns, "LEADING", Bulkhead(inside=2, waiting=0, patience=0))


@pytest.fixture
def event() -> Event:
    now = clock.now()
    return EventFactory.create(start_at=now - timedelta(hours=1), end_at=now + timedelta(hours=1), max_capacity=2)


@contextmanager
def crowd_at(event: Event) -> Iterator[None]:
    """Have somebody else at the event's seats."""
    with turns.turn_at(event.pk, leads=False):
        yield


def caller(user: User) -> APIClient:
    client = APIClient()
    client.force_authenticate(user)
    return client


def signed_in(user: User) -> Client:
    client = Client()
    client.force_login(user)
    return client


def registrations(event: Event, *further: object) -> str:
    return "/".join(["/api/v1/events", str(event.pk), "registrations", *map(str, further), ""])


def problem(answer: Any) -> tuple[int, str, str]:
    """Return status, media type and Retry-After of an answer."""
    return answer.status_code, answer["Content-Type"], answer.get("Retry-After", "")


CROWDED = (503, "application/problem+json", "1")


def test_api_asks_the_crowd_to_come_back_and_lets_it_in_then(customer: User, event: Event) -> None:
    client, path = caller(customer), registrations(event)
    with crowd_at(event):
        turned_away = client.post(path)
        assert problem(turned_away) == CROWDED
        assert "nothing was done yet" in turned_away.json()["detail"]
        assert not event.relations.exists()
        assert client.post(registrations(EventFactory.create())).status_code == 201

    assert client.post(path).status_code == 201
    assert turns.OWN.crowd() == (0, 0)


@pytest.mark.parametrize("headers", [{}, {"HTTP_IF_MATCH": "*"}, {"HTTP_IDEMPOTENCY_KEY": "one"}])
def test_every_step_of_ones_own_takes_a_turn(customer: User, event: Event, headers: dict[str, Any]) -> None:
    relation, client = attend(customer, event), caller(customer)
    mine = registrations(event, "me")
    with crowd_at(event):
        answers = [
            client.delete(mine, **headers),
            client.post(f"{mine}accept/", **headers),
            client.post(f"{mine}decline/", **headers),
            client.post("/api/v1/relations/", {"user_id": customer.pk, "event_id": event.pk, "role": "attendee"}),
            client.delete(f"/api/v1/relations/{relation.pk}/", **headers),
        ]
        assert {problem(answer) for answer in answers} == {CROWDED}

    assert client.delete(mine, **headers).status_code == 204


def test_who_leads_the_event_gets_in_through_the_crowd(organizer: User, event: Event) -> None:
    relation, guest = attend(UserFactory.create(roles=["customer"]), event), UserFactory.create()
    host(organizer, event)
    client, person = caller(organizer), registrations(event, relation.user_id)
    with crowd_at(event):
        assert client.post(f"{person}check_in/").status_code == 200
        assert client.post(registrations(event), {"user_id": guest.pk}).status_code == 201
        with turns.turn_at(event.pk, leads=True):
            assert problem(client.post(f"{person}undo_check_in/")) == CROWDED


def test_customer_takes_no_turn_of_those_who_lead(customer: User, event: Event) -> None:
    relation = attend(UserFactory.create(), event)
    with turns.turn_at(event.pk, leads=True):
        assert caller(customer).post(registrations(event, relation.user_id, "check_in")).status_code == 403


def test_page_of_an_event_tries_again(customer: User) -> None:
    event = EventFactory.create()
    client, page = signed_in(customer), reverse("account-event", args=[event.pk])
    with crowd_at(event):
        answer = client.post(page, {"step": "register"})

    said = answer.content.decode()
    assert (answer.status_code, answer["Retry-After"], answer["Content-Type"]) == (503, "1", "text/html; charset=utf-8")
    assert "Very many people are here at the moment" in said
    assert 'data-again="1" data-step="register"' in said
    assert "event_crm/again.js" in said
    assert client.post(page, {"step": "register"}).status_code == 302
    assert "data-again" not in client.get(page).content.decode()


def test_page_of_a_ticket_tries_again(customer: User) -> None:
    event = EventFactory.create()
    page = reverse("ticket", args=[ticket_code(attend(customer, event).pk)])
    with crowd_at(event):
        answer = Client().post(page, {"step": "cancel"})

    assert (answer.status_code, answer["Retry-After"]) == (503, "1")
    assert 'data-again="1" data-step="cancel"' in answer.content.decode()
    assert Client().post(page, {"step": "cancel"}).status_code == 302


def test_door_and_desk_get_in_through_the_crowd(admin_of_staff: Client, event: Event) -> None:
    first, second = (attend(UserFactory.create(), event) for _person in range(2))
    door = reverse("admin:events_event_check_in", args=[event.pk])
    with crowd_at(event):
        assert str(admin_of_staff.post(door, {"text": ticket_code(first.pk)}).context["verdict"].word) == "welcome"
        step = reverse("admin:relations_usereventrelation_step", args=[second.pk, "check-in"])
        assert admin_of_staff.post(step, {"reason": ""}).status_code == 302

    assert {one.status for one in event.relations.all()} == {"attended"}
    with turns.turn_at(event.pk, leads=True):
        refused = admin_of_staff.post(door, {"relation": first.pk, "step": "undo"})
    assert str(refused.context["verdict"].word) == "refused"
    assert "Very many people" in refused.content.decode()


def test_command_takes_no_turn(customer: User, event: Event, capsys: pytest.CaptureFixture[str]) -> None:
    with crowd_at(event), turns.turn_at(event.pk, leads=True):
        call_command("register", str(event.pk), str(customer.pk))

    assert UserEventRelation.objects.get(event=event).status == "confirmed"


@pytest.mark.django_db(transaction=True)
@pytest.mark.database
def test_of_a_burst_one_request_waits_for_the_lock(event: Event, monkeypatch: pytest.MonkeyPatch) -> None:
    """The others are free for other pages. Without turns, the negative control, all wait."""
    monkeypatch.setattr(transactions, "LOCK_TIMEOUT", "60s")
    people = UserFactory.create_batch(6, roles=["customer"])
    assert at_the_lock(event, people) == (1, 5)

    monkeypatch.setattr(turns.OWN, "turn", lambda _place: nullcontext())
    assert at_the_lock(event, people) == (6, 0)


def at_the_lock(event: Event, people: list[User]) -> tuple[int, int]:
    """Return how many of ``people``, who register while another has the lock, wait for it, and how many need not."""
    answers: list[int] = []
    settled: list[int] = []

    def hold() -> None:
        with transaction.atomic():
            lock_capacity(event.pk)
            holding.set()
            ends = time.monotonic() + SECONDS
            while sum(settled) < len(people) and time.monotonic() < ends:
                settled[:] = [waiting_for_locks(), len(answers)]
                time.sleep(0.01)

    def come(person: User) -> None:
        holding.wait()
        answers.append(caller(person).post(registrations(event)).status_code)

    holding = threading.Event()
    together(hold, *[partial(come, person) for person in people])
    waited, turned_away = settled
    assert answers.count(503) == turned_away
    return waited, turned_away


def waiting_for_locks() -> int:
    """Return how many connections wait for a lock."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT count(DISTINCT pid) FROM pg_locks WHERE NOT granted")
        return int(cursor.fetchone()[0])
