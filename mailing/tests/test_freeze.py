"""Whom a campaign becomes deliveries for, and who is left out and why."""

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone as clock

from api.exceptions import InvalidInput
from events.tests.factories import EventFactory
from mailing.audience import EVERYBODY, Choice, by_emails, by_filter, by_ids, by_queryset
from mailing.content import own_content
from mailing.counts import exclusions_of
from mailing.freeze import freeze_portion
from mailing.models import Campaign, CampaignExclusion, Delivery
from mailing.policy import DEFAULT
from mailing.preview import reach_of
from mailing.pump import pump
from mailing.services import cancel_campaign, create_campaign, pause_campaign, resume_campaign
from mailing.suppressions import suppress
from mailing.tests.factories import QUICK, counts, people
from relations.tests.factories import host
from users.models import User
from users.tests.factories import UserFactory

pytestmark = pytest.mark.django_db
PORTIONS = replace(DEFAULT, freeze_size=400)


def campaign_for(choice: Choice, sender: User | None = None, **options: Any) -> Campaign:
    """Make a campaign for ``choice``."""
    return create_campaign(content=own_content(subject="Hi", body="Hi"), choice=choice, sender=sender, **options)


def mailed(campaign: Campaign) -> list[str]:
    """Return the addresses that the campaign goes to, in order."""
    return sorted(campaign.deliveries.values_list("address", flat=True))


def left_out(campaign: Campaign) -> set[tuple[str, str]]:
    """Return who is left out, by address or as given, and why."""
    rows = CampaignExclusion.objects.filter(campaign=campaign).values_list("email", "given", "reason")
    return {(email or given, reason) for email, given, reason in rows}


def test_small_audience_is_frozen_at_once() -> None:
    recipients = people(3)

    campaign = campaign_for(by_ids([str(one.pk) for one in recipients], sender=None))

    assert (campaign.status, campaign.frozen_count, counts(campaign)) == ("sending", 3, {"queued": 3})
    assert mailed(campaign) == sorted(str(one.email) for one in recipients)


def test_everybody_who_gets_no_mail_is_listed_with_the_reason() -> None:
    reached, suppressed = people(2)
    addressless = UserFactory.create(email=None)
    inactive = UserFactory.create(is_active=False)
    suppress(address=str(suppressed.email), reason="manual")
    chosen = [str(one.pk) for one in (reached, suppressed, addressless, inactive)]

    campaign = campaign_for(by_ids([*chosen, "nobody"], sender=None))

    assert mailed(campaign) == [reached.email]
    assert left_out(campaign) == {
        (suppressed.email, "suppressed"),
        ("", "no_address"),
        (inactive.email, "inactive"),
        ("nobody", "unknown"),
    }


def test_person_named_twice_is_mailed_once() -> None:
    person = UserFactory.create(external_id="crm-7")

    campaign = campaign_for(by_ids([str(person.pk), "crm-7", str(person.pk).upper()], sender=None))

    assert mailed(campaign) == [person.email]
    assert left_out(campaign) == {(person.email, "duplicate")}


def test_person_named_twice_without_address_is_left_out_for_that() -> None:
    person = UserFactory.create(email=None)

    campaign = campaign_for(by_ids([str(person.pk)] * 2, sender=None))

    assert left_out(campaign) == {("", "no_address")}


def test_addresses_are_found_without_regard_to_case() -> None:
    person = UserFactory.create(email="ada@example.com")

    campaign = campaign_for(
        by_emails([" ADA@Example.com", "ada@example.com", "nobody@example.com", "odd"], sender=None)
    )

    assert mailed(campaign) == [person.email]
    assert left_out(campaign) == {
        ("ada@example.com", "duplicate"),
        ("nobody@example.com", "unknown"),
        ("odd", "unknown"),
    }


def test_filter_chooses_the_audience() -> None:
    speaker, _listener = people(2)
    host(speaker, EventFactory.create())

    campaign = campaign_for(by_filter({"role": "host"}, sender=None))

    assert mailed(campaign) == [speaker.email]


@pytest.mark.parametrize("value", [1, 1.0, False, "true"])
def test_everybody_is_nobody_elses_word(value: object) -> None:
    with pytest.raises(InvalidInput, match="everybody"):
        by_filter({"everybody": value}, sender=None)


def test_filter_that_is_wrong_is_refused() -> None:
    with pytest.raises(InvalidInput, match="compani"):
        by_filter({"compani": "Acme"}, sender=None)


def test_audience_is_no_more_than_the_sender_may_see(outsider: User) -> None:
    person = UserFactory.create(company="Acme")

    by_filters = campaign_for(by_filter({"company": "Acme"}, sender=outsider), sender=outsider)
    by_id = campaign_for(by_ids([str(person.pk)], sender=outsider), sender=outsider)

    assert (mailed(by_filters), mailed(by_id)) == ([], [])
    assert left_out(by_id) == {(str(person.pk), "unknown")}


def test_queryset_of_the_admin_is_taken_as_it_is() -> None:
    chosen = people(3)[:2]

    campaign = campaign_for(by_queryset(User.objects.filter(pk__in=[one.pk for one in chosen]).order_by("-email")))

    assert mailed(campaign) == sorted(str(one.email) for one in chosen)


def test_queryset_may_be_cut_off() -> None:
    recipients = people(3)

    campaign = campaign_for(by_queryset(User.objects.order_by("-email")[:2]))

    assert mailed(campaign) == sorted(str(one.email) for one in recipients)[1:]


def test_audience_of_nobody_is_sent() -> None:
    campaign = campaign_for(by_ids(["nobody"], sender=None))

    assert (campaign.status, campaign.frozen_count) == ("sent", 0)
    assert campaign.finished_at


def test_large_audience_is_frozen_by_workers_in_portions() -> None:
    recipients = people(1001)
    campaign = campaign_for(by_filter(EVERYBODY, sender=None))
    assert (campaign.status, counts(campaign)) == ("freezing", {})

    portions = []
    while freeze_portion(PORTIONS):
        portions.append(campaign.deliveries.count())

    campaign.refresh_from_db()
    assert portions == [0, 400, 800, 1001, 1001]
    assert (campaign.status, campaign.frozen_count) == ("sending", 1001)
    assert mailed(campaign) == sorted(str(one.email) for one in recipients)


def evaluations(queries: CaptureQueriesContext) -> int:
    """Return how often a filter by city was evaluated."""
    return sum("crm_sort_key" in query["sql"].partition(" WHERE ")[2] for query in queries)


def test_filter_is_evaluated_for_many_portions_at_once() -> None:
    people(1001)
    User.objects.update(city="Oslo")
    with CaptureQueriesContext(connection) as made:
        campaign = campaign_for(by_filter({"city": "Oslo"}, sender=None))

    with CaptureQueriesContext(connection) as frozen:
        while freeze_portion(replace(DEFAULT, freeze_size=50, look_ahead=500)):
            pass

    # To see that they are many; then 500, 500, 1 and nobody.
    assert (evaluations(made), evaluations(frozen)) == (1, 4)
    assert counts(campaign) == {"queued": 1001}


def test_small_audience_is_looked_up_once() -> None:
    people(3)
    User.objects.update(city="Oslo")

    with CaptureQueriesContext(connection) as queries:
        campaign = campaign_for(by_filter({"city": "Oslo"}, sender=None))

    assert (evaluations(queries), counts(campaign)) == (1, {"queued": 3})


def test_campaign_that_was_paused_looks_anew_whom_its_filter_finds() -> None:
    people(1001)
    User.objects.update(city="Oslo")
    campaign = campaign_for(by_filter({"city": "Oslo"}, sender=None))
    for _looked_up_and_frozen in range(2):
        freeze_portion(PORTIONS)
    pause_campaign(campaign=campaign)
    User.objects.filter(pk__in=User.objects.order_by("-pk").values("pk")[:100]).update(city="Rome")
    resume_campaign(campaign=campaign)

    while freeze_portion(PORTIONS):
        pass

    assert counts(campaign) == {"queued": 901}


def test_pump_freezes_and_sends_a_large_audience() -> None:
    people(1001)
    campaign = campaign_for(by_filter(EVERYBODY, sender=None))

    pump(replace(QUICK, freeze_size=400))

    assert counts(campaign) == {"sent": 1001}
    assert len(mail.outbox) == 1001


def test_freeze_goes_on_when_a_paused_campaign_does() -> None:
    people(1001)
    campaign = campaign_for(by_filter(EVERYBODY, sender=None))
    freeze_portion(PORTIONS)
    pause_campaign(campaign=campaign)
    assert freeze_portion(PORTIONS) is None

    assert resume_campaign(campaign=campaign).status == "freezing"

    while freeze_portion(PORTIONS):
        pass
    assert counts(campaign) == {"queued": 1001}


def test_large_list_is_frozen_in_portions_too() -> None:
    recipients = people(1001)
    campaign = campaign_for(by_ids([str(one.pk) for one in recipients], sender=None))

    while freeze_portion(PORTIONS):
        pass

    assert mailed(campaign) == sorted(str(one.email) for one in recipients)


def test_address_passed_on_between_two_portions_is_mailed_once() -> None:
    recipients = sorted(people(1001), key=lambda one: one.pk)
    campaign = campaign_for(by_filter(EVERYBODY, sender=None))
    for _looked_up_and_frozen in range(2):
        freeze_portion(PORTIONS)
    first, last = recipients[0], recipients[-1]
    address, first.email = first.email, "new@example.com"
    first.save()
    last.email = address
    last.save()

    while freeze_portion(PORTIONS):
        pass

    assert len(mailed(campaign)) == 1000
    assert left_out(campaign) == {(address, "duplicate")}


def test_freeze_stops_when_the_campaign_is_cancelled() -> None:
    people(1001)
    campaign = campaign_for(by_filter(EVERYBODY, sender=None))
    for _looked_up_and_frozen in range(2):
        freeze_portion(PORTIONS)

    cancel_campaign(campaign=campaign)

    assert freeze_portion(PORTIONS) is None
    assert Delivery.objects.count() == 400


def test_campaign_for_later_waits_for_its_time() -> None:
    campaign = campaign_for(by_ids([str(people(1)[0].pk)], sender=None), scheduled_at=clock.now() + timedelta(hours=1))

    assert (campaign.status, campaign.started_at, counts(campaign)) == ("scheduled", None, {"queued": 1})


def test_reach_is_what_the_freeze_makes_of_it() -> None:
    reached, suppressed = people(2)
    addressless, inactive = UserFactory.create(email=None), UserFactory.create(is_active=False)
    suppress(address=str(suppressed.email), reason="manual")
    ids = [str(one.pk) for one in (reached, reached, suppressed, addressless, addressless, inactive)]

    for choice in (
        by_ids([*ids, "nobody"], sender=None),
        by_filter(EVERYBODY, sender=None),
        by_queryset(User.objects.all()),
    ):
        reach = reach_of(choice, sender=None)

        campaign = campaign_for(choice)
        assert (reach.mailed, reach.left_out) == (campaign.frozen_count, exclusions_of(campaign.pk))
