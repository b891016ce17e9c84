from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from crm_project import embedded


class Command(BaseCommand):
    help = (
        "Start, stop or show the embedded servers of this checkout. They also start by themselves when first needed. "
        "`status` exits with 1 where one of them does not run."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("action", choices=["start", "stop", "status"])

    def handle(self, *, action: str, **options: Any) -> None:
        self._name_the_others()
        try:
            {"start": self._start, "stop": self._stop, "status": self._status}[action]()
        except embedded.EmbeddedServerError as error:
            raise CommandError(str(error)) from error

    def _name_the_others(self) -> None:
        """Say which servers are not in use, since the environment names real ones."""
        names = {server.name for server in embedded.in_use()}
        for server, variable in ((embedded.postgres(), "DATABASE_URL"), (embedded.valkey(), "REDIS_URL")):
            if server.name not in names:
                self.stdout.write(f"{server.name}: not in use, {variable} names another server")

    def _start(self) -> None:
        for server in embedded.in_use():
            done = "started" if server.start() else "runs already"
            self.stdout.write(f"{server.name}: {done}, socket {server.socket}")

    def _stop(self) -> None:
        for server in embedded.servers():
            done = "stopped" if server.stop() else "does not run"
            self.stdout.write(f"{server.name}: {done}")

    def _status(self) -> None:
        found = embedded.status()
        for server in found:
            state = "runs" if server.answers else "does not answer" if server.pid else "does not run"
            process = f", process {server.pid}" if server.pid else ""
            self.stdout.write(f"{server.name}: {state}{process}, data in {server.folder}, socket {server.socket}")
        self._tell_address([server.name for server in found])
        if not all(server.answers for server in found):
            raise CommandError("Not all of them run: manage.py embedded start", returncode=1)

    def _tell_address(self, names: list[str]) -> None:
        """Say how other programs reach the database, such as those of ``make backup``."""
        server = embedded.postgres()
        if server.name in names:
            self.stdout.write(f"DATABASE_URL={server.address(settings.DATABASES['default']['NAME'])}")
            self.stdout.write(f"pg_dump, pg_restore and psql of its version: {server.clients}")
