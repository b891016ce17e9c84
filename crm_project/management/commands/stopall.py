from typing import Any

from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError

from crm_project.running.leftovers import end_leftovers
from crm_project.running.supervisor import StillRunningError, stop_supervisor


class Command(BaseCommand):
    help = "Stop what runs from this checkout: `make run`, what a killed one has left, and the embedded servers."
    requires_system_checks: list[str] = []

    def handle(self, **options: Any) -> None:
        try:
            if stop_supervisor():
                self.stdout.write("Stopped `make run`.")
        except StillRunningError as running:
            raise CommandError(str(running)) from None
        if left := end_leftovers():
            self.stdout.write(f"Ended {left} processes that a killed run had left.")
        call_command("embedded", "stop", stdout=self.stdout)
