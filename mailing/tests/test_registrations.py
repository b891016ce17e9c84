"""Mail for what happens to registrations: written with it, one for each line of the ledger, true when it is sent."""

import signal
import subprocess
import sys
import threading
from collections import Counter
from datetime import timedelta
from email.message import EmailMessage
from typing import Any

import icalendar
import pytest
from django.core.management import call_command
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from events.models import Event
from events.services import update_event
from events.tests.factories import EventFactory
from mailing.audit import find_faults
from mailing.models import Campaign, CampaignExclusion, Delivery, RegistrationMail, Suppression
from mailing.pump import pump
from mailing.registrations.outbox import FUNCTION, NAME
from mailing.tests.factories import QUICK, people
from mailing.tests.registrar import AFTER_COMMIT, BEFORE_COMMIT, BEFORE_MAIL, MAIL_APART
from mailing.tests.smtp_server import SmtpServer
from mailing.tests.workers import ROOT
from mailing.upkeep import finish
from relations.closing import cancel_event, settle
from relations.models import RelationTransition, UserEventRelation
from relations.offers import expire_offers
from relations.registration import accept, approve, check_in, decline, register, undo_check_in
from relations.services import add_relation, end_relation
from relations.tests.concurrency import together
from relations.tests.factories import attend
from relations.tickets import ticket_address
from users.models import User
from users.tests.connections import until_waited_for
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db


def event_of(**fields: Any) -> Event:
    """Return an event in a week."""
    start = clock.now().replace(microsecond=0) + timedelta(days=7)
    return EventFactory.create(**{"start_at": start, "end_at": start + timedelta(hours=2), **fields})


def person(**fields: Any) -> User:
    """Return a customer."""
    return UserFactory.create(roles=["customer"], **fields)


def kinds_of(user: User) -> list[str]:
    """Return the kinds of mail that were written to somebody, in order."""
    mails = Delivery.objects.filter(user=user).order_by("pk")
    return list(mails.values_list("campaign__registration_mail__kind", flat=True))


def calendar_in(message: EmailMessage) -> Any:
    """Return the one entry of the invitation in a mail, whose method is that of its part."""
    (part,) = (one for one in message.walk() if one.get_content_type() == "text/calendar")
    (file,) = (one for one in message.walk() if one.get_content_type() == "application/ics")
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert part.get_param("method") == str(calendar["METHOD"])
    assert icalendar.Calendar.from_ical(file.get_content()) == calendar
    (entry,) = calendar.walk("VEVENT")
    return entry


def text_of(message: EmailMessage) -> str:
    """Return the text of a mail."""
    part = message.get_body(("plain",))
    assert part is not None
    return str(part.get_content())


def test_each_step_is_told_once() -> None:
    event = event_of(max_capacity=1, offer_minutes=60)
    ada, ben, cora, dan = (person() for _ in range(4))
    first = attend(ada, event)
    second, third = attend(ben, event), attend(cora, event)
    end_relation(relation=first, actor=ada, reason="test")
    accept(relation=second, actor=ben, reason="test")
    end_relation(relation=second, actor=None, reason="test")
    UserEventRelation.objects.filter(pk=third.pk).update(offer_expires_at=clock.now() - timedelta(minutes=1))
    expire_offers()
    attend(ada, event)
    cancel_event(event=event, actor=None)
    settle(event.pk)

    assert kinds_of(ada) == ["confirmed", "withdrawn", "confirmed", "event_cancelled"]
    assert kinds_of(ben) == ["waitlisted", "offered", "confirmed", "cancelled"]
    assert kinds_of(cora) == ["waitlisted", "offered", "expired"]
    assert kinds_of(dan) == []
    assert set(RelationTransition.objects.values_list("pk", flat=True)) == set(
        Delivery.objects.values_list("transition", flat=True)
    )


def test_approval_and_promotion_are_told() -> None:
    event = event_of(max_capacity=1, requires_approval=True)
    ada, ben, cora = (person() for _ in range(3))
    first, second, third = (register(user=one, event=event, actor=one, reason="test")[0] for one in (ada, ben, cora))
    approve(relation=first, actor=None, reason="test")
    approve(relation=second, actor=None, reason="test")
    decline(relation=third, actor=None, reason="test")
    update_event(event=event, changes={"max_capacity": 2}, actor=None)

    assert kinds_of(ada) == ["pending", "confirmed"]
    assert kinds_of(ben) == ["pending", "waitlisted", "promoted"]
    assert kinds_of(cora) == ["pending", "declined"]


def test_offer_that_ends_with_its_event_is_told_as_that() -> None:
    event = event_of(max_capacity=0, offer_minutes=10)
    ada = person()
    relation = attend(ada, event)
    update_event(event=event, changes={"max_capacity": 1}, actor=None)
    cancel_event(event=event, actor=None)
    UserEventRelation.objects.filter(pk=relation.pk).update(offer_expires_at=clock.now())

    expire_offers()  # before the settlement came to it

    assert kinds_of(ada) == ["waitlisted", "offered", "event_cancelled"]


def test_check_in_and_its_undoing_are_nobodys_news() -> None:
    event = event_of(start_at=clock.now() + timedelta(hours=1))
    ada = person()
    relation = attend(ada, event)
    check_in(relation=relation, actor=None, reason="test")
    undo_check_in(relation=relation, actor=None, reason="test")

    assert kinds_of(ada) == ["confirmed"]


@pytest.mark.parametrize("status", ["cancelled", "declined", "expired"])
def test_what_had_ended_before_it_was_added_is_nobodys_news(status: str) -> None:
    ada = person()
    add_relation(user=ada, event=event_of(), role="attendee", status=status, actor=None, reason="kept elsewhere")

    assert kinds_of(ada) == []


def test_who_cannot_be_mailed_is_left_out_and_why() -> None:
    event = event_of()
    nameless, gone, bounced = person(email=None), person(is_active=False), person(email="bounced@example.com")
    Suppression.objects.create(address="bounced@example.com", reason="hard_bounce")
    for one in (nameless, gone, bounced):
        attend(one, event)

    assert not Delivery.objects.exists()
    reasons = dict(CampaignExclusion.objects.values_list("user", "reason"))
    assert reasons == {nameless.pk: "no_address", gone.pk: "inactive", bounced.pk: "suppressed"}
    assert find_faults() == []


def test_registering_costs_one_statement_for_its_mail() -> None:
    event = event_of()
    ada, ben = person(), person()
    attend(ada, event)
    with CaptureQueriesContext(
        connection,
    ) as captured:
        attend(ben, event)

    assert len([query for query in captured if "mailing_" in query["sql"]]) == 1


def test_function_is_the_one_of_the_code() -> None:
    """Whoever changes it there writes a migration too."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = %s", [NAME])
        ((stored,),) = cursor.fetchall()

    assert stored == FUNCTION.split("$$")[1]


def test_rolled_back_registration_leaves_no_mail() -> None:
    event = event_of()
    with transaction.atomic():
        attend(person(), event)
        assert Delivery.objects.count() == 1
        transaction.set_rollback(True)

    assert not Delivery.objects.exists()


def test_confirmation_brings_ticket_and_invitation(server: SmtpServer) -> None:
    event = event_of(title="Spring meeting", venue="Old Library", timezone="Europe/Berlin")
    ada = person(first_name="Ada", last_name="King", email="ada@example.com")
    relation = attend(ada, event)
    pump(QUICK)

    (message,) = (one.message for one in server.accepted)
    entry = calendar_in(message)
    html = message.get_body(("html",))
    (picture,) = (one for one in message.walk() if one.get_content_type() == "image/png")
    assert message["Subject"] == "You are registered: Spring meeting"
    assert message["Auto-Submitted"] == "auto-generated"
    assert ticket_address(relation.pk) in text_of(message)
    assert html is not None
    assert 'src="cid:ticket"' in html.get_content()
    assert picture["Content-ID"] == "<ticket>"
    assert picture.get_content().startswith(b"\x89PNG")
    assert entry["UID"] == f"{event.pk}@localhost"
    assert entry["DTSTART"].dt == event.start_at
    assert entry["ATTENDEE"] == "mailto:ada@example.com"
    assert entry["ATTENDEE"].params["CN"] == "Ada King"
    assert entry["ORGANIZER"] == "mailto:events@example.com"


def test_sequence_rises_and_the_end_is_a_cancellation(server: SmtpServer) -> None:
    event, ada = event_of(), person()
    entries = []
    relation = attend(ada, event)
    for step in ("confirmed", "changed", "withdrawn", "confirmed again", "event cancelled"):
        if step == "changed":
            update_event(event=event, changes={"venue": "New Library"}, actor=None)
        if step == "withdrawn":
            end_relation(relation=relation, actor=ada, reason="test")
        if step == "confirmed again":
            attend(ada, event)
        if step == "event cancelled":
            cancel_event(event=event, actor=None)
            settle(event.pk)
        pump(QUICK)
        entries.append(calendar_in(server.accepted[-1].message))

    assert len(server.accepted) == 5
    assert [str(entry["STATUS"]) for entry in entries] == [
        "CONFIRMED",
        "CONFIRMED",
        "CANCELLED",
        "CONFIRMED",
        "CANCELLED",
    ]
    sequences = [int(entry["SEQUENCE"]) for entry in entries]
    assert sequences == sorted(set(sequences))
    assert len({str(entry["UID"]) for entry in entries}) == 1


def test_campaign_closes_and_opens_again(server: SmtpServer) -> None:
    event = event_of()
    for _time in range(3):
        attend(person(), event)
        pump(QUICK)
        assert find_faults() == []

    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.frozen_count, len(server.accepted)) == ("sent", 3, 3)
    call_command("check_deliveries")


def test_what_is_no_longer_so_is_not_told(server: SmtpServer) -> None:
    event = event_of(max_capacity=1)
    ada, ben = person(), person()
    relation = attend(ada, event)
    attend(ben, event)
    end_relation(relation=relation, actor=ada, reason="test")
    pump(QUICK)

    said = Counter(Delivery.objects.values_list("campaign__registration_mail__kind", "status"))
    assert said == {
        ("confirmed", "suppressed"): 1,
        ("waitlisted", "suppressed"): 1,
        ("withdrawn", "sent"): 1,
        ("promoted", "sent"): 1,
    }
    assert find_faults() == []


def test_place_that_was_given_up_leaves_the_calendar_of_who_waits_again(server: SmtpServer) -> None:
    event = event_of(max_capacity=1)
    ada = person()
    relation = attend(ada, event)
    attend(person(), event)
    pump(QUICK)
    before = len(server.accepted)

    end_relation(relation=relation, actor=ada, reason="test")
    assert attend(ada, event).status == "waitlisted"
    pump(QUICK)

    mails = {
        str(one.message["Subject"]): one.message for one in server.accepted[before:] if ada.email in one.message["To"]
    }
    assert mails.keys() == {f"Registration cancelled: {event}", f"On the waitlist: {event}"}
    assert calendar_in(mails[f"Registration cancelled: {event}"])["STATUS"] == "CANCELLED"


def test_no_header_can_be_slipped_in_by_names(server: SmtpServer) -> None:
    evil = 'Ada"\r\nBcc: everybody@example.com\r\n\r\n<script>'
    event = event_of(title=f"Talk{evil}", venue=evil, organizer=evil)
    ada = person(email="ada@example.com")
    User.objects.filter(pk=ada.pk).update(first_name=evil)
    attend(ada, event)
    pump(QUICK)

    (message,) = (one.message for one in server.accepted)
    entry = calendar_in(message)
    html = message.get_body(("html",))
    assert message["Bcc"] is None
    assert message["To"] == "ada@example.com"
    assert html is not None
    assert "<script>" not in html.get_content()
    assert {name for name in entry if "BCC" in name} == set()
    assert "Bcc: everybody@example.com" in str(entry["SUMMARY"])


def test_cancellation_of_many_is_one_statement_for_each_portion() -> None:
    event = event_of()
    for one in people(30):
        attend(one, event)
    cancel_event(event=event, actor=None)
    with CaptureQueriesContext(connection) as captured:
        settle(event.pk)

    written = [query["sql"] for query in captured if NAME in query["sql"]]
    told = Delivery.objects.filter(campaign__registration_mail__kind="event_cancelled")
    assert (len(written), told.count()) == (2, 30)  # the first finds no campaign


@pytest.mark.django_db(transaction=True)
def test_twenty_at_once_get_one_mail_each(server: SmtpServer) -> None:
    event, crowd = event_of(max_capacity=12), people(20)
    together(*[lambda one=one: attend(one, event) for one in crowd], *[lambda: pump(QUICK)] * 2)
    pump(QUICK)

    lines = set(RelationTransition.objects.values_list("pk", flat=True))
    mails = list(Delivery.objects.values_list("transition", flat=True))
    assert (set(mails), len(mails)) == (lines, 20)
    assert Counter(server.addresses()) == Counter(str(one.email) for one in crowd)
    assert Counter(RegistrationMail.objects.values_list("kind", flat=True)) == {"confirmed": 1, "waitlisted": 1}
    assert find_faults() == []


@pytest.mark.django_db(transaction=True)
def test_campaign_that_is_being_closed_is_opened_again() -> None:
    event, ben = event_of(), person()
    attend(person(), event)
    Delivery.objects.update(status="sent", sent_at=clock.now(), message_id="<1@example.com>")
    closed = threading.Event()

    def close() -> None:
        with transaction.atomic():
            finish()
            closed.set()
            until_waited_for()

    def grow() -> None:
        assert closed.wait(20)
        attend(ben, event)

    together(close, grow)

    campaign = Campaign.objects.get()
    assert (campaign.status, campaign.finished_at) == ("sending", None)
    assert Delivery.objects.get(user=ben).status == "queued"
    assert find_faults() == []


@pytest.mark.django_db(transaction=True)
def test_campaign_that_grows_is_not_closed() -> None:
    event = event_of()
    attend(person(), event)
    Delivery.objects.update(status="sent", sent_at=clock.now(), message_id="<1@example.com>")
    with transaction.atomic():
        attend(person(), event)
        together(finish)

    assert Campaign.objects.get().status == "sending"


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("moment", "lines", "mails"),
    [(BEFORE_MAIL, 0, 0), (BEFORE_COMMIT, 0, 0), (AFTER_COMMIT, 1, 1), (MAIL_APART, 1, 0)],
)
def test_registration_and_its_mail_are_both_there_or_neither(
    subprocess_environment: dict[str, str], moment: str, lines: int, mails: int
) -> None:
    """Kill the process at each boundary; the last case is the control: a mail that is written apart is lost."""
    command = [sys.executable, "-m", "mailing.tests.registrar", moment, str(person().pk), str(event_of().pk)]
    ended = subprocess.run(command, env=subprocess_environment, cwd=ROOT, check=False)

    assert ended.returncode == -signal.SIGKILL
    assert (RelationTransition.objects.count(), Delivery.objects.count()) == (lines, mails)
