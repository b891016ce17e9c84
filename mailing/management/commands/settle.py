from argparse import ArgumentParser
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from api.exceptions import Conflict
from mailing.models import Campaign, Delivery, DeliveryStatus
from mailing.services import OUTCOMES, settle_campaign

SHOWN = 20


class Command(BaseCommand):
    help = (
        "Decide on the mails of a campaign that are in doubt: a worker or the way to the mail server broke off while "
        "they were being handed over, so that nobody knows whether they arrived."
    )

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", type=UUID, help="a campaign; campaign_status shows which have some in doubt")
        parser.add_argument(
            "outcome",
            nargs="?",
            choices=[*OUTCOMES],
            help="sent or failed: take it as known; resend: send them again, at the risk that somebody gets two. "
            "Left out: show them, and change nothing",
        )

    def handle(self, *, id: UUID, outcome: str | None, **_options: object) -> None:  # noqa: A002  # the option's name
        campaign = Campaign.objects.filter(pk=id).first()
        if campaign is None:
            raise CommandError(f"There is no campaign {id}.", returncode=2)
        if outcome is None:
            self._show(campaign)
            return
        try:
            number = settle_campaign(campaign=campaign, outcome=outcome)
        except Conflict as error:
            raise CommandError(str(error.detail), returncode=2) from error
        self.stdout.write(f"Settled as {outcome}: {number:,}." if number else "Nothing of it is in doubt.")

    def _show(self, campaign: Campaign) -> None:
        doubtful = Delivery.objects.filter(campaign=campaign, status=DeliveryStatus.IN_DOUBT).order_by("pk")
        number = doubtful.count()
        for delivery in doubtful[:SHOWN]:
            self.stdout.write(f"{delivery.pk}  {delivery.address}  {delivery.message_id}  {delivery.error}")
        if number > SHOWN:
            self.stdout.write(f"and {number - SHOWN:,} more")
        self.stdout.write(f"In doubt: {number:,}." if number else "Nothing of it is in doubt.")
