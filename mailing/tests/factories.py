"""Campaigns for tests, made through the service that the product uses."""

from collections.abc import Sequence
from typing import Any

from mailing.audience import by_ids
from mailing.content import own_content
from mailing.counts import counts_of
from mailing.models import Campaign
from mailing.policy import Policy
from mailing.services import create_campaign
from users.models import User
from users.tests.factories import UserFactory

# As in production, but that a silent server is given up soon. Waits are long: a test ends them when it wants to.
QUICK = Policy(pump_time=30, deadline=1, lease=20, retry_after=100, lane_pause=100, attempts=3)


def people(number: int) -> list[User]:
    """Store ``number`` people with an address each, quickly."""
    return User.objects.bulk_create(UserFactory.build_batch(number))


def campaign_to(recipients: Sequence[User], *, subject: str = "Hello {{ first_name }}", **options: Any) -> Campaign:
    """Make a campaign to ``recipients``; the sender is an operator."""
    return create_campaign(
        content=own_content(subject=subject, body="Dear {{ full_name }}, come along."),
        choice=by_ids([str(one.pk) for one in recipients], sender=None),
        sender=None,
        **options,
    )


def counts(campaign: Campaign) -> dict[str, int]:
    """Return the campaign's counts that are not 0, without their sum."""
    return {
        state: number for state, number in counts_of([campaign.pk])[campaign.pk].items() if number and state != "frozen"
    }
