from django.core.management.base import BaseCommand, CommandError

from mailing.audit import find_faults


class Command(BaseCommand):
    help = "Check that the ledger of every campaign balances and that no delivery is in a state it cannot be in."

    def handle(self, **_options: object) -> None:
        faults = find_faults()
        for fault in faults:
            self.stdout.write(fault)
        if faults:
            raise CommandError(f"{len(faults)} faults.", returncode=1)
        self.stdout.write("Every delivery is accounted for.")
