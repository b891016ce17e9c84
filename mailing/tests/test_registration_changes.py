"""Mail about changes of events, and reminders."""

from datetime import timedelta
from pathlib import Path

import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.utils import timezone as clock
from pytest_django import Settings

from events.models import Event
from events.services import update_event
from mailing.audit import find_faults
from mailing.models import Campaign, Delivery, RegistrationMail
from mailing.pump import pump
from mailing.registrations.reminders import remind
from mailing.tests.factories import QUICK, people
from mailing.tests.smtp_server import SmtpServer
from mailing.tests.test_registrations import calendar_in, event_of, person, text_of
from relations.models import RelationTransition
from relations.services import end_relation
from relations.tests.concurrency import together
from relations.tests.factories import attend
from users.tests.files import csv_file

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


def told(kind: str) -> set[str]:
    """Return who was sent mails of a kind, having sent what is due."""
    pump(QUICK)
    sent = Delivery.objects.filter(campaign__registration_mail__kind=kind, status="sent")
    addresses = list(sent.values_list("address", flat=True))
    assert len(addresses) == len(set(addresses))
    assert find_faults() == []
    return set(addresses)


def registered_long_ago(event: Event) -> None:
    """Make the ledger of ``event`` a month older."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")  # the ledger's guard
        RelationTransition.objects.filter(relation__event=event).update(at=clock.now() - timedelta(days=30))
        cursor.execute("SET LOCAL session_replication_role = DEFAULT")


def test_change_is_told_to_who_has_a_place_or_waits(server: SmtpServer) -> None:
    event = event_of(max_capacity=1, timezone="Europe/London")
    ada, ben, cora = person(), person(), person()
    attend(ada, event)
    attend(ben, event)
    end_relation(relation=attend(cora, event), actor=cora, reason="test")
    pump(QUICK)

    update_event(event=event, changes={"venue": "Tower", "title": "Moved"}, actor=None)

    assert told("changed") == {ada.email, ben.email}
    mails = {one.address: one.message for one in server.accepted if one.message["Subject"] == "Changed: Moved"}
    assert "Tower" in text_of(mails[str(ada.email)])
    assert calendar_in(mails[str(ada.email)])["LOCATION"] == "Tower"
    assert [part.get_content_type() for part in mails[str(ben.email)].walk()] == [
        "multipart/alternative",
        "text/plain",
        "text/html",
    ]


@pytest.mark.parametrize("changes", [{"description": "Bring a pen."}, {"max_capacity": 9}, {"venue": "Library"}])
def test_nobody_plans_by_the_rest(changes: dict[str, object]) -> None:
    event = event_of(venue="Library")
    attend(person(), event)
    update_event(event=event, changes=changes, actor=None)

    assert not RegistrationMail.objects.filter(kind="changed").exists()


def test_drafts_and_what_is_over_are_nobodys_news() -> None:
    past = event_of(start_at=clock.now() - 3 * HOUR, end_at=clock.now() + HOUR)
    attend(person(), past)
    Event.objects.filter(pk=past.pk).update(end_at=clock.now() - HOUR)
    update_event(event=past, changes={"venue": "Elsewhere"}, actor=None)
    draft = event_of()
    attend(person(), draft)
    update_event(event=draft, changes={"status": "draft", "venue": "Elsewhere"}, actor=None)

    assert not RegistrationMail.objects.filter(kind="changed").exists()


def test_of_quick_changes_the_last_is_told(server: SmtpServer) -> None:
    event = event_of()
    ada = person()
    attend(ada, event)
    for venue in ("One", "Two", "Three"):
        update_event(event=event, changes={"venue": venue}, actor=None)

    assert told("changed") == {ada.email}
    (mail,) = (one.message for one in server.accepted if str(one.message["Subject"]).startswith("Changed"))
    assert "Three" in text_of(mail)
    statuses = (
        Campaign.objects.filter(registration_mail__kind="changed").order_by("pk").values_list("status", flat=True)
    )
    assert list(statuses) == ["cancelled", "cancelled", "sent"]


def test_many_are_told_in_portions(server: SmtpServer) -> None:
    event, crowd = event_of(), people(12)
    for one in crowd:
        attend(one, event)
    update_event(event=event, changes={"venue": "Tower"}, actor=None)
    assert not Delivery.objects.filter(campaign__registration_mail__kind="changed").exists()

    assert told("changed") == {one.email for one in crowd}


def test_reminder_in_good_time_once(server: SmtpServer) -> None:
    event = event_of(start_at=clock.now() + 23 * HOUR, end_at=None)
    later = event_of(start_at=clock.now() + 25 * HOUR, end_at=None)
    ada, ben = person(), person()
    for one in (event, later):
        attend(ada, one)
        registered_long_ago(one)
    attend(ben, event)  # has just had a confirmation

    assert (remind(), remind()) == (1, 0)
    assert told("reminder") == {ada.email}


def test_reminder_is_late_after_an_outage_but_not_once_it_began(server: SmtpServer) -> None:
    soon = event_of(start_at=clock.now() + timedelta(minutes=5), end_at=None)
    begun = event_of(start_at=clock.now() + HOUR)
    ada, ben = person(), person()
    attend(ada, soon)
    attend(ben, begun)
    for one in (soon, begun):
        registered_long_ago(one)
    remind()
    Event.objects.filter(pk=begun.pk).update(start_at=clock.now() - HOUR)

    assert told("reminder") == {ada.email}
    assert remind() == 0


def test_event_at_another_time_is_told_instead_and_reminded_of_anew(server: SmtpServer) -> None:
    event = event_of(start_at=clock.now() + 3 * HOUR, end_at=None)
    ada = person()
    attend(ada, event)
    registered_long_ago(event)
    remind()
    update_event(event=event, changes={"start_at": event.start_at + timedelta(days=5)}, actor=None)

    assert told("reminder") == set()
    assert told("changed") == {ada.email}
    update_event(event=event, changes={"start_at": clock.now() + 5 * HOUR}, actor=None)
    assert remind() == 0  # the change has just been told


def test_who_was_imported_had_no_mail_and_is_reminded(server: SmtpServer, tmp_path: Path) -> None:
    event_of(start_at=clock.now() + 3 * HOUR, end_at=None, slug="evening")
    ada = person(email="ada@example.com")
    file = csv_file(tmp_path, "user_email,event_slug,role,status", "ada@example.com,evening,attendee,confirmed")
    call_command("import_relations", str(file))

    remind()

    assert told("reminder") == {ada.email}


def test_nobody_is_reminded_where_it_is_off(settings: Settings) -> None:
    settings.REMINDER_HOURS = 0
    event = event_of(start_at=clock.now() + HOUR)
    attend(person(), event)
    registered_long_ago(event)

    assert remind() == 0


@pytest.mark.django_db(transaction=True)
def test_two_workers_remind_once() -> None:
    event = event_of(start_at=clock.now() + HOUR)
    attend(person(), event)
    registered_long_ago(event)
    together(*[remind] * 4)

    assert RegistrationMail.objects.filter(kind="reminder").count() == 1
