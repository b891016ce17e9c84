"""Who wants no mail is left out at the freeze, and held back at the gate."""

import threading
from collections.abc import Callable
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from events.models import Event
from events.tests.factories import EventFactory
from mailing.audience import by_ids
from mailing.claims import claim, gate
from mailing.models import CampaignExclusion, Delivery, MailCategory, OptOut, OptOutSource
from mailing.preferences import Choice, Door, Topic, choose, opt_in, opt_out, preferences_of
from mailing.preview import reach_of
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.workers import until, waiting_for_locks
from users.models import User

pytestmark = pytest.mark.django_db
DOOR = Door(OptOutSource.PAGE)


@pytest.fixture
def talks(db: None) -> MailCategory:
    return MailCategory.objects.create(key="talks", name="Talks")


@pytest.fixture
def offers(db: None) -> MailCategory:
    return MailCategory.objects.create(key="offers", name="Offers")


@pytest.fixture
def event(db: None) -> Event:
    return EventFactory.create()


def leave(user: User, **topic: object) -> None:
    """Have ``user`` do without mail of a topic: all, or that of a ``category`` or an ``event``."""
    opt_out(user=user, topic=Topic(**topic), door=DOOR)  # type: ignore[arg-type]  # either of two


def test_freeze_leaves_out_who_wants_none_and_says_of_what(
    talks: MailCategory, offers: MailCategory, event: Event
) -> None:
    everything, category, about, elsewhere, fine = mailed = people(5)
    leave(everything)
    leave(everything, category=talks)
    leave(category, category=talks)
    leave(about, event=event)
    leave(elsewhere, category=offers)
    leave(elsewhere, event=EventFactory.create())

    campaign = campaign_to(mailed, category=talks, event=event)

    left_out = CampaignExclusion.objects.filter(campaign=campaign).values_list("user", "reason", "detail")
    assert set(left_out) == {
        (everything.pk, "unsubscribed", "all"),
        (category.pk, "unsubscribed", "category"),
        (about.pk, "unsubscribed", "event"),
    }
    assert set(Delivery.objects.values_list("user", flat=True)) == {elsewhere.pk, fine.pk}
    assert campaign.frozen_count == 2


def test_preview_counts_by_the_same_rule(talks: MailCategory, event: Event) -> None:
    everything, category, about, _fine = mailed = people(4)
    leave(everything)
    leave(category, category=talks)
    leave(about, event=event)
    choice = by_ids([str(one.pk) for one in mailed], sender=None)

    topics: list[dict[str, Any]] = [{}, {"category": talks}, {"event": event}]

    reaches = [reach_of(choice, sender=None, **topic) for topic in topics]

    assert [reach.mailed for reach in reaches] == [3, 2, 2]
    assert reaches[0].left_out == {"unsubscribed": 1}


def test_mail_that_somebody_waits_for_goes_to_who_wants_no_other() -> None:
    person = people(1)[0]
    leave(person)

    campaign = campaign_to([person], lane="transactional")

    held = claim(campaign.pk, campaign.lane, QUICK)
    assert len(gate(held, held.ids, QUICK) or []) == 1


@pytest.mark.parametrize("reason", ["hard_bounce", "complaint", "manual", "imported"])
def test_suppressed_address_gets_no_mail_of_either_sort(reason: str) -> None:
    from mailing.suppressions import suppress

    person = people(1)[0]
    suppress(address=str(person.email), reason=reason)

    for lane in ("transactional", "campaign"):
        campaign_to([person], lane=lane)

    assert set(CampaignExclusion.objects.values_list("reason", flat=True)) == {"suppressed"}


def test_opting_out_withdraws_what_is_queued_of_the_topic_alone(talks: MailCategory, offers: MailCategory) -> None:
    person, other = people(2)
    of_talks, of_offers = (campaign_to([person, other], category=one) for one in (talks, offers))
    awaited = campaign_to([person], lane="transactional")

    leave(person, category=talks)

    assert counts(of_talks) == {"queued": 1, "suppressed": 1}
    assert Delivery.objects.get(status="suppressed").error == "The person has unsubscribed."
    assert (counts(of_offers), counts(awaited)) == ({"queued": 2}, {"queued": 1})
    leave(person)
    assert (counts(of_offers), counts(awaited)) == ({"queued": 1, "suppressed": 1}, {"queued": 1})


def test_gate_holds_back_whom_a_freeze_added_meanwhile(talks: MailCategory, event: Event) -> None:
    """The wish did not see these rows, as where both commit at once: the gate sees the wish."""
    mailed = people(4)
    campaign = campaign_to(mailed, category=talks, event=event)
    held = claim(campaign.pk, campaign.lane, QUICK)
    topics: list[dict[str, Any]] = [{}, {"category": talks}, {"event": event}]
    for person, topic in zip(mailed, topics, strict=False):
        OptOut.objects.create(user=person, source="page", **topic)

    rows = gate(held, held.ids, QUICK)

    assert [row.address for row in rows or []] == [mailed[3].email]
    assert counts(campaign) == {"sending": 1, "suppressed": 3}


def test_undoing_lets_mail_flow_again_and_sends_nothing_that_was_withheld(talks: MailCategory) -> None:
    person = people(1)[0]
    withheld = campaign_to([person], category=talks)
    leave(person, category=talks)

    assert opt_in(user=person, topic=Topic(category=talks), door=DOOR)
    assert not opt_in(user=person, topic=Topic(category=talks), door=DOOR)

    assert counts(withheld) == {"suppressed": 1}
    assert counts(campaign_to([person], category=talks)) == {"queued": 1}


def test_opting_out_is_told_once(talks: MailCategory) -> None:
    person = people(1)[0]

    said = [opt_out(user=person, topic=Topic(category=talks), door=DOOR) for _time in range(2)]

    assert (said, OptOut.objects.count()) == ([True, False], 1)


def test_preferences_cost_three_queries_however_many_there_are(
    talks: MailCategory, event: Event, django_assert_num_queries: Callable[[int], object]
) -> None:
    person = people(1)[0]
    leave(person, event=event)
    for number in range(3):
        MailCategory.objects.create(key=f"more-{number}", name="More")
        leave(person, event=EventFactory.create())

    with django_assert_num_queries(3):  # type: ignore[attr-defined]  # a context
        found = preferences_of(person, viewer=person)

    assert [choice.wanted for choice in found.events] == [False] * 4


def test_choices_are_stored_together(talks: MailCategory, offers: MailCategory) -> None:
    person = people(1)[0]
    leave(person, category=talks)

    wanted = [Choice(Topic(category=talks), wanted=True), Choice(Topic(category=offers), wanted=False)]
    choose(user=person, choices=wanted, door=DOOR)

    assert list(OptOut.objects.filter(ended_at=None).values_list("category__key", flat=True)) == ["offers"]


@pytest.mark.django_db(transaction=True)
def test_opting_out_waits_for_a_gate_that_is_still_looking() -> None:
    """The gate has its rows and is kept from looking at people: nobody unsubscribes behind its back."""
    person = people(1)[0]
    campaign = campaign_to([person])
    held = claim(campaign.pk, campaign.lane, QUICK)
    left = threading.Event()

    def looking() -> None:
        gate(held, held.ids, QUICK)
        connections.close_all()

    def leaving() -> None:
        leave(person)
        left.set()
        connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE mailing_suppression IN ACCESS EXCLUSIVE MODE")
        threads = [threading.Thread(target=looking), threading.Thread(target=leaving)]
        threads[0].start()
        until(waiting_for_locks)
        threads[1].start()
        until(lambda: waiting_for_locks(2))
        assert not left.is_set()
    for thread in threads:
        thread.join()

    assert counts(campaign) == {"sending": 1}


@pytest.mark.django_db(transaction=True)
def test_nothing_is_gated_once_opting_out_has_committed() -> None:
    """Somebody unsubscribes while the gate waits for their row, and commits first: their mail does not go out."""
    person, other = people(2)
    campaign = campaign_to([person, other])
    held = claim(campaign.pk, campaign.lane, QUICK)
    passed: list[str] = []

    def looking() -> None:
        passed.extend(row.address for row in gate(held, held.ids, QUICK) or [])
        connections.close_all()

    with transaction.atomic():
        leave(person)
        thread = threading.Thread(target=looking)
        thread.start()
        until(waiting_for_locks)
    thread.join()

    assert passed == [other.email]
    assert counts(campaign) == {"suppressed": 1, "sending": 1}


@pytest.mark.django_db(transaction=True)
def test_two_who_say_the_same_at_once_say_it_once() -> None:
    """Two clicks that overlap: the second waits for the first, and both succeed."""
    person = people(1)[0]
    faults: list[DatabaseError] = []

    def leaving() -> None:
        try:
            leave(person)
        except DatabaseError as error:
            faults.append(error)
        connections.close_all()

    with transaction.atomic():
        leave(person)
        thread = threading.Thread(target=leaving)
        thread.start()
        until(waiting_for_locks)
    thread.join()

    assert (faults, OptOut.objects.count()) == ([], 1)


@pytest.mark.django_db(transaction=True)
def test_choices_in_another_order_wait_for_each_other(talks: MailCategory, offers: MailCategory) -> None:
    """Offers come first, in whichever order they were said: nobody holds what the other one is to wait for."""
    person = people(1)[0]
    faults: list[DatabaseError] = []

    def choosing() -> None:
        unwanted = [Choice(Topic(category=category), wanted=False) for category in (talks, offers)]
        try:
            choose(user=person, choices=unwanted, door=DOOR)
        except DatabaseError as error:
            faults.append(error)
        connections.close_all()

    with transaction.atomic():
        leave(person, category=offers)
        thread = threading.Thread(target=choosing)
        thread.start()
        until(waiting_for_locks)
        leave(person, category=talks)
    thread.join()

    assert (faults, OptOut.objects.count()) == ([], 2)
