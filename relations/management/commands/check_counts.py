from argparse import ArgumentParser

from django.core.management.base import BaseCommand, CommandError

from relations.counts import find_drift
from relations.repair import repair_drift


class Command(BaseCommand):
    help = "Compare the stored counters of people and events with their relations; --repair sets them right."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--repair", action="store_true", help="set drifted counters to what is counted")

    def handle(self, *, repair: bool, **_options: object) -> None:
        drifted = repair_drift() if repair else find_drift()
        for row in drifted:
            self.stdout.write(str(row))
        if drifted and not repair:
            rows = "1 row has" if len(drifted) == 1 else f"{len(drifted):,} rows have"
            raise CommandError(f"{rows} drifted. Run check_counts --repair.", returncode=1)
        rows = "1 row" if len(drifted) == 1 else f"{len(drifted):,} rows"
        self.stdout.write(f"{rows} repaired." if drifted else "All counts agree with the relations.")
