"""The claim's token and lease, and what the gate lets through."""

import threading
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from time import monotonic

import pytest
from django.core.mail import EmailMultiAlternatives
from django.db import connection, connections, transaction
from django.utils import timezone as clock

from mailing.accounts import renderer_of
from mailing.claims import Claim, claim, gate, release, settle
from mailing.models import Campaign, Delivery, OptOutSource
from mailing.preferences import Door, Topic, opt_out
from mailing.sender import Sender
from mailing.services import cancel_campaign, pause_campaign
from mailing.suppressions import suppress
from mailing.tests.factories import QUICK, campaign_to, counts, people
from mailing.tests.workers import until, waiting_for_locks
from mailing.upkeep import recover
from users.models import User

pytestmark = pytest.mark.django_db


def claimed(number: int = 3) -> tuple[Campaign, Claim]:
    """Return a campaign and the claim of all its deliveries."""
    campaign = campaign_to(people(number))
    return campaign, claim(campaign.pk, campaign.lane, QUICK)


def expire_leases() -> None:
    """Let every lease be over."""
    Delivery.objects.exclude(lease_until=None).update(lease_until=clock.now() - timedelta(seconds=1))


def test_claim_takes_what_is_due_in_order_and_only_once() -> None:
    campaign = campaign_to(people(5))
    policy = replace(QUICK, claim_size=3)

    claims = [claim(campaign.pk, campaign.lane, policy).ids for _time in range(3)]

    ids = list(Delivery.objects.values_list("pk", flat=True))
    assert claims == [ids[:3], ids[3:], []]


def test_gate_renews_the_lease_of_what_it_lets_through() -> None:
    campaign, held = claimed()
    Delivery.objects.update(lease_until=clock.now() + timedelta(seconds=QUICK.lease / 2))

    rows = gate(held, held.ids[:2], QUICK)

    assert [row.id for row in rows or []] == held.ids[:2]
    assert counts(campaign) == {"claimed": 1, "sending": 2}
    renewed = Delivery.objects.filter(lease_until__gt=clock.now() + timedelta(seconds=QUICK.lease * 0.75))
    assert list(renewed.values_list("pk", flat=True)) == held.ids[:2]


def test_gate_lets_nothing_through_without_the_token() -> None:
    campaign, held = claimed()

    assert gate(Claim(campaign.pk, campaign.lane, held.ids, held.ends), held.ids, QUICK) is None
    assert counts(campaign) == {"claimed": 3}


def test_gate_lets_nothing_through_when_the_lease_does_not_cover_a_send() -> None:
    campaign, held = claimed()

    assert gate(held, held.ids, replace(QUICK, deadline=QUICK.lease + 1)) is None
    assert counts(campaign) == {"claimed": 3}


@pytest.mark.parametrize("stop", [pause_campaign, cancel_campaign])
def test_gate_lets_nothing_through_once_the_campaign_is_stopped(stop: Callable[..., Campaign]) -> None:
    campaign, held = claimed()
    stop(campaign=campaign)

    assert gate(held, held.ids, QUICK) is None
    release(held, held.ids)
    assert counts(campaign) == {"queued": 3}


def test_gate_holds_back_who_may_no_longer_be_mailed() -> None:
    campaign = campaign_to(people(4))
    held = claim(campaign.pk, campaign.lane, QUICK)
    inactive, moved, suppressed, fine = Delivery.objects.order_by("pk")
    User.objects.filter(pk=inactive.user_id).update(is_active=False)
    User.objects.filter(pk=moved.user_id).update(email="elsewhere@example.com")
    suppress(address=suppressed.address, reason="manual")

    rows = gate(held, held.ids, QUICK)

    assert [row.id for row in rows or []] == [fine.pk]
    assert list(Delivery.objects.filter(status="suppressed").values_list("error", flat=True).order_by("pk")) == [
        "The person is no longer active.",
        "The person has another address now.",
        "The address is suppressed.",
    ]


def test_recover_gives_what_was_only_claimed_back() -> None:
    campaign, held = claimed()
    expire_leases()

    assert recover() == 3

    assert counts(campaign) == {"queued": 3}
    assert gate(held, held.ids, QUICK) is None


def test_recover_leaves_the_lowest_one_in_doubt() -> None:
    campaign, held = claimed(5)
    gate(held, held.ids[:3], QUICK)
    settle(held, held.ids[0], "sent")
    expire_leases()

    recover()

    assert counts(campaign) == {"sent": 1, "in_doubt": 1, "queued": 3}
    assert Delivery.objects.get(status="in_doubt").pk == held.ids[1]


def test_recover_sends_transactional_mail_again() -> None:
    campaign = campaign_to(people(2), lane="transactional")
    held = claim(campaign.pk, campaign.lane, QUICK)
    gate(held, held.ids, QUICK)
    expire_leases()

    recover()

    assert counts(campaign) == {"queued": 2}
    assert sorted(Delivery.objects.values_list("attempts", flat=True)) == [0, 1]


def test_recover_does_not_send_transactional_mail_for_ever() -> None:
    campaign = campaign_to(people(1), lane="transactional")
    Delivery.objects.update(attempts=QUICK.attempts - 1)
    held = claim(campaign.pk, campaign.lane, QUICK)
    gate(held, held.ids, QUICK)
    expire_leases()

    recover(QUICK)

    assert counts(campaign) == {"in_doubt": 1}


def test_recover_leaves_living_claims_alone() -> None:
    campaign, _held = claimed()

    assert recover() == 0
    assert counts(campaign) == {"claimed": 3}


def test_worker_that_lost_its_claim_can_write_nothing() -> None:
    campaign, held = claimed()
    gate(held, held.ids, QUICK)
    expire_leases()
    recover()

    assert not settle(held, held.ids[1], "sent")
    release(held, held.ids)
    assert counts(campaign) == {"in_doubt": 1, "queued": 2}


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("stop", ["pause", "cancel", "suppress"])
def test_stop_waits_for_an_open_gate_and_lets_nothing_through_after_it(stop: str) -> None:
    """The stop begins while a gate is open: it returns only once that gate has closed."""
    campaign = campaign_to(people(3))
    held = claim(campaign.pk, campaign.lane, QUICK)
    address = Delivery.objects.order_by("pk")[0].address
    stops: dict[str, Callable[[], object]] = {
        "pause": lambda: pause_campaign(campaign=campaign),
        "cancel": lambda: cancel_campaign(campaign=campaign),
        "suppress": lambda: suppress(address=address, reason="manual"),
    }
    finished = threading.Event()

    def stopping() -> None:
        stops[stop]()
        finished.set()
        connections.close_all()

    with transaction.atomic():
        assert gate(held, held.ids[:2], QUICK)
        thread = threading.Thread(target=stopping)
        thread.start()
        assert not finished.wait(0.5)
    assert finished.wait(5)
    thread.join()

    later = gate(held, held.ids[2:], QUICK)
    assert (later is None) == (stop != "suppress")


@pytest.mark.django_db(transaction=True)
def test_suppression_waits_for_a_gate_that_is_still_looking() -> None:
    """The gate has its rows and is kept from looking at people: a suppression cannot slip in behind its back."""
    campaign = campaign_to(people(1))
    held = claim(campaign.pk, campaign.lane, QUICK)
    address = Delivery.objects.get().address
    suppressed = threading.Event()

    def looking() -> None:
        gate(held, held.ids, QUICK)
        connections.close_all()

    def suppressing() -> None:
        suppress(address=address, reason="manual")
        suppressed.set()
        connections.close_all()

    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("LOCK TABLE users_user IN ACCESS EXCLUSIVE MODE")
        threads = [threading.Thread(target=looking), threading.Thread(target=suppressing)]
        threads[0].start()
        until(waiting_for_locks)
        threads[1].start()
        assert not suppressed.wait(0.5)
    for thread in threads:
        thread.join()

    assert counts(campaign) == {"sending": 1}


@pytest.mark.django_db(transaction=True)
def test_recover_leaves_everything_to_another_one_that_runs() -> None:
    """Two at once would each see a part of a claim, and each take another row for its lowest."""
    campaign, held = claimed()
    gate(held, held.ids, QUICK)
    recovered: list[int] = []

    def recovering() -> None:
        expire_leases()
        recovered.append(recover())
        connections.close_all()

    with transaction.atomic():
        recover()
        thread = threading.Thread(target=recovering)
        thread.start()
        thread.join()
        assert recovered == [0]

    assert recover() == 3
    assert counts(campaign) == {"in_doubt": 1, "queued": 2}


class Sluggish:
    """A transport that takes so long for a message that the lease no longer covers another one."""

    def __init__(self, claimed: Claim) -> None:
        self._claimed = claimed
        self.addresses: list[str] = []

    def send(self, message: EmailMultiAlternatives) -> None:
        self.addresses += message.to
        self._claimed.ends = monotonic() + QUICK.deadline / 2

    def close(self) -> None:
        """Do nothing."""


class Unsubscribing:
    """A transport to which the last of the recipients unsubscribes while it takes the first mail."""

    def __init__(self) -> None:
        self.addresses: list[str] = []

    def send(self, message: EmailMultiAlternatives) -> None:
        if not self.addresses:
            last = User.objects.get(email=Delivery.objects.order_by("-pk")[0].address)
            opt_out(user=last, topic=Topic(), door=Door(OptOutSource.PAGE))
        self.addresses += message.to

    def close(self) -> None:
        """Do nothing."""


@pytest.mark.parametrize(("holds", "sent"), [(0, 2), (60, 3)])
def test_mail_that_passed_the_gate_long_ago_is_asked_about_once_more(holds: float, sent: int) -> None:
    campaign, held = claimed()
    transport, policy = Unsubscribing(), replace(QUICK, gate_holds=holds)

    Sender(held, renderer_of(campaign.pk), transport, policy).send(monotonic() + policy.pump_time)

    assert transport.addresses == [*Delivery.objects.order_by("pk").values_list("address", flat=True)][:sent]
    barred = Delivery.objects.filter(status="suppressed").values_list("error", "attempts", "token")
    assert [*barred] == [("The person has unsubscribed.", 0, None)] * (3 - sent)


def test_mail_that_the_lease_does_not_cover_is_given_back() -> None:
    """Another worker may have it by the time that it would have been handed over."""
    campaign, held = claimed()
    transport = Sluggish(held)

    Sender(held, renderer_of(campaign.pk), transport, QUICK).send(monotonic() + QUICK.pump_time)

    assert len(transport.addresses) == 1
    assert counts(campaign) == {"sent": 1, "queued": 2}
