import csv
import json
import time
from argparse import ArgumentParser
from typing import Any
from uuid import UUID

from django.core.management.base import BaseCommand, CommandError

from mailing.counts import COUNT_NAMES, counts_of
from mailing.description import described_subject
from mailing.models import Campaign
from users.imports.errors_file import safe_cell

NEWEST = 100
EVERY = 2.0
INTERRUPTED = 130


class Command(BaseCommand):
    help = "Show the ledger of one campaign, or of the newest ones: how many deliveries are in each state."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("id", nargs="?", type=UUID, help=f"a campaign (default: the newest {NEWEST})")
        parser.add_argument("--watch", action="store_true", help="show it again every two seconds until all is sent")
        parser.add_argument("--format", choices=["table", "csv", "json"], default="table")

    def handle(self, *, id: UUID | None, watch: bool, format: str, **_options: object) -> None:  # noqa: A002  # the options' names
        show = {"table": self._table, "csv": self._csv, "json": self._json}[format]
        try:
            while True:
                rows = self._rows(id)
                show(rows)
                if not watch or not _unfinished(id):
                    return
                time.sleep(EVERY)
        except KeyboardInterrupt as error:
            raise CommandError("Interrupted.", returncode=INTERRUPTED) from error

    def _rows(self, campaign_id: UUID | None) -> list[dict[str, Any]]:
        campaigns = (
            Campaign.objects.filter(pk=campaign_id) if campaign_id else Campaign.objects.order_by("-id")[:NEWEST]
        )
        read = ("subject", "status", "trouble", "registration_mail__event__title")
        found = list(campaigns.with_events().only(*read))
        if campaign_id and not found:
            raise CommandError(f"There is no campaign {campaign_id}.", returncode=2)
        counts = counts_of(campaign.pk for campaign in found)
        return [
            {
                "id": str(one.pk),
                "subject": one.subject,
                "event": one.event_title,
                "status": one.status,
                **counts[one.pk],
                "trouble": one.trouble,
            }
            for one in found
        ]

    def _table(self, rows: list[dict[str, Any]]) -> None:
        for row in rows:
            states = ", ".join(f"{name} {row[name]:,}" for name in COUNT_NAMES if row[name])
            subject = described_subject(str(row["subject"]), event=row["event"] or "…")
            self.stdout.write(f"{row['id']}  {row['status']:<9}  {subject[:60]:<40}  {states or 'nobody'}")
            if row["trouble"]:
                self.stdout.write(f"  {row['trouble']}")
        if not rows:
            self.stdout.write("There are no campaigns yet.")

    def _csv(self, rows: list[dict[str, Any]]) -> None:
        writer = csv.writer(self.stdout)
        writer.writerow(["id", "subject", "event", "status", *COUNT_NAMES, "trouble"])
        writer.writerows([[safe_cell(str(cell)) for cell in row.values()] for row in rows])

    def _json(self, rows: list[dict[str, Any]]) -> None:
        self.stdout.write(json.dumps(rows, ensure_ascii=False))


def _unfinished(campaign_id: UUID | None) -> bool:
    campaigns = Campaign.objects.unfinished().exclude(status="paused")
    return (campaigns.filter(pk=campaign_id) if campaign_id else campaigns).exists()
