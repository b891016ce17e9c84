"""The page of a ticket: who has its address sees it, cancels, accepts; who has not learns nothing."""

from datetime import timedelta
from typing import Any

import icalendar
import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone as clock
from pytest_django import Settings

from events.models import Event
from events.tests.factories import EventFactory
from relations.models import UserEventRelation
from relations.registration import check_in
from relations.services import end_relation
from relations.tests.factories import attend
from relations.tickets import ticket_code
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def page(relation: UserEventRelation) -> str:
    """Return the address of a ticket's page."""
    return reverse("ticket", args=[ticket_code(relation.pk)])


def person() -> User:
    """Return a customer."""
    return UserFactory.create(roles=["customer"])


def post(relation: UserEventRelation, step: str) -> Any:
    """Press a button and return the answer; the relation is read again."""
    answer = Client().post(page(relation), {"step": step})
    relation.refresh_from_db()
    return answer


def test_ticket_shows_event_person_status_and_code(client: Client) -> None:
    event = EventFactory.create(title="Spring <meeting>", venue="Old Library", timezone="Europe/Berlin")
    relation = attend(UserFactory.create(first_name="Ada", last_name="King", roles=["customer"]), event)

    answer = client.get(page(relation))

    said = answer.content.decode()
    assert answer.status_code == 200
    for part in ("Spring &lt;meeting&gt;", "Ada King", "Old Library", "confirmed", "<svg", "Cancel my registration"):
        assert part in said
    assert "no-store" in answer["Cache-Control"]
    assert answer["X-Robots-Tag"] == "noindex, nofollow"
    assert "script-src" not in answer["Content-Security-Policy"]


def test_fetching_changes_nothing(client: Client) -> None:
    relation = attend(person(), EventFactory.create())
    client.get(page(relation) + "?step=cancel")
    client.head(page(relation))

    relation.refresh_from_db()
    assert relation.status == "confirmed"


@pytest.mark.parametrize("code", ["x", "AAECAwQFBgcICQoLDA0ODw.x", "ä" * 80])
def test_no_other_code_is_a_ticket(client: Client, code: str) -> None:
    for name in ("ticket", "ticket-calendar"):
        answer = client.get(reverse(name, args=[code]))
        assert answer.status_code == 404
        assert "There is no such ticket" in answer.content.decode()


def test_ticket_of_a_draft_shows_nothing_of_it(client: Client) -> None:
    relation = attend(person(), EventFactory.create(title="Secret plans"))
    Event.objects.filter(pk=relation.event_id).update(status="draft")

    for name in ("ticket", "ticket-calendar"):
        answer = client.get(reverse(name, args=[ticket_code(relation.pk)]))
        assert (answer.status_code, "Secret plans" in answer.content.decode()) == (404, False)
        assert "not shown at present" in answer.content.decode()
    assert post(relation, "cancel").status_code == 404
    assert relation.status == "confirmed"


def test_calendar_takes_out_what_was_cancelled(client: Client) -> None:
    relation = attend(person(), EventFactory.create())
    calendar = reverse("ticket-calendar", args=[ticket_code(relation.pk)])
    assert calendar in client.get(page(relation)).content.decode()

    post(relation, "cancel")

    (entry,) = icalendar.Calendar.from_ical(client.get(calendar).content).walk("VEVENT")
    assert entry["STATUS"] == "CANCELLED"
    assert calendar not in client.get(page(relation)).content.decode()


def test_no_ticket_is_no_page_of_errors_for_developers(client: Client, settings: Settings) -> None:
    settings.DEBUG = True
    answer = client.get(reverse("ticket", args=["nonsense"]))
    assert (answer.status_code, "URLconf" in answer.content.decode()) == (404, False)
    assert "the address of a ticket is long" in answer.content.decode()


def test_cancelling_by_oneself_gives_the_place_to_the_next() -> None:
    event = EventFactory.create(max_capacity=1)
    first, second = attend(person(), event), attend(person(), event)

    answer = post(first, "cancel")

    second.refresh_from_db()
    assert (answer.status_code, first.status, second.status) == (302, "cancelled", "confirmed")
    line = first.transitions.order_by("-pk")[0]
    assert (line.actor, line.reason) == (first.user, "cancelled on the ticket's page")
    assert post(first, "cancel").status_code == 409


@pytest.mark.parametrize(("step", "becomes"), [("accept", "confirmed"), ("cancel", "cancelled")])
def test_offer_is_accepted_or_turned_down(step: str, becomes: str) -> None:
    relation = offered_to(person())
    assert b"Accept the place" in Client().get(page(relation)).content

    answer = post(relation, step)

    assert (answer.status_code, relation.status) == (302, becomes)


def test_offer_that_ended_says_so() -> None:
    relation = offered_to(person())
    UserEventRelation.objects.filter(pk=relation.pk).update(offer_expires_at=clock.now() - timedelta(minutes=1))

    answer = post(relation, "accept")

    assert (answer.status_code, relation.status) == (409, "expired")
    assert b"The offer has ended" in answer.content


@pytest.mark.parametrize("why", ["attended", "over", "inactive"])
def test_what_cannot_be_done_is_not_offered(why: str) -> None:
    event = EventFactory.create(start_at=clock.now() + timedelta(hours=1), end_at=None)
    relation = attend(person(), event)
    if why == "attended":
        check_in(relation=relation, actor=None, reason="test")
    if why == "over":
        Event.objects.filter(pk=event.pk).update(start_at=clock.now() - timedelta(days=1))
    if why == "inactive":
        User.objects.filter(pk=relation.user_id).update(is_active=False)
    before = UserEventRelation.objects.get(pk=relation.pk).status

    shown = Client().get(page(relation)).content
    answer = post(relation, "cancel")

    assert b"<form" not in shown
    assert (answer.status_code, relation.status) == (409, before)


def test_buttons_are_guarded_against_forgery() -> None:
    relation = attend(person(), EventFactory.create())

    answer = Client(enforce_csrf_checks=True).post(page(relation), {"step": "cancel"})

    relation.refresh_from_db()
    assert (answer.status_code, relation.status) == (403, "confirmed")


def test_calendar_file_of_a_ticket(client: Client) -> None:
    relation = attend(person(), EventFactory.create(title="Talk"))

    answer = client.get(reverse("ticket-calendar", args=[ticket_code(relation.pk)]))

    (entry,) = icalendar.Calendar.from_ical(answer.content).walk("VEVENT")
    assert answer["Content-Type"].startswith("text/calendar")
    assert entry["SUMMARY"] == "Talk"


def test_guessing_is_limited(client: Client, settings: Settings) -> None:
    settings.THROTTLE_RATES = {**settings.THROTTLE_RATES, "ticket": "3/day"}
    answers = [client.get(reverse("ticket", args=["x"])) for _time in range(5)]

    assert [answer.status_code for answer in answers] == [404, 404, 404, 429, 429]
    assert int(answers[-1]["Retry-After"]) > 0
    assert "Too many calls" in answers[-1].content.decode()


def offered_to(user: User) -> UserEventRelation:
    """Return a registration that is offered a place."""
    event = EventFactory.create(max_capacity=1, offer_minutes=60, start_at=clock.now() + timedelta(days=3), end_at=None)
    first, relation = attend(person(), event), attend(user, event)
    end_relation(relation=first, actor=None, reason="test")
    relation.refresh_from_db()
    assert relation.status == "offered"
    return relation
