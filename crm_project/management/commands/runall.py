import multiprocessing
import os
import socket
import sys
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.core.management.base import BaseCommand, CommandError
from django.db import connections

from crm_project import embedded
from crm_project.running.announcement import announce_when_ready, announcement
from crm_project.running.leftovers import end_leftovers
from crm_project.running.supervisor import AlreadyRunningError, only_supervisor, run_procfile

HIGHEST_PORT = 65_535


class Command(BaseCommand):
    help = (
        "Migrate, make the demo (with DEBUG on) and run the processes of the Procfile, with the embedded servers, "
        "until Ctrl-C or until one of them ends."
    )
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--port", default=os.environ.get("PORT") or "8000", help="default: PORT, or else 8000")

    def handle(self, *, port: str, **options: Any) -> None:
        if not port.isdecimal() or not 0 < int(port) <= HIGHEST_PORT:
            raise CommandError(f"PORT is {port!r}, which is no port.", returncode=2)
        try:
            with only_supervisor():
                self._run(int(port))
        except AlreadyRunningError as running:
            raise CommandError(str(running)) from None

    def _run(self, port: int) -> None:
        if left := end_leftovers():
            self.stdout.write(f"Ended {left} processes that an earlier run had left.")
        _check_is_free(port)
        try:
            text = self._prepare(f"http://localhost:{port}/")
            multiprocessing.Process(target=announce_when_ready, args=(port, text), daemon=True).start()
            code = run_procfile(_environment(port))
        except KeyboardInterrupt:
            code = 0
        finally:
            end_leftovers()
            for server in embedded.in_use():
                server.stop()
        self.stdout.write("Everything has stopped.")
        if code:
            raise CommandError("One process ended by itself, so the others were stopped: its output above says why.")

    def _prepare(self, address: str) -> str:
        for server in embedded.in_use():
            self._say(f"starting {server.name}")
            server.start()
        self._say("bringing the database up to date (at first this takes half a minute)")
        call_command("migrate", interactive=False, verbosity=0)
        if settings.DEBUG:
            self._say("making the demo, where there is none yet")
            call_command("demo")
        else:
            self._say("collecting static files")
            call_command("collectstatic", interactive=False, verbosity=0)
        self._say("starting web, worker and beat")
        text = announcement(address)
        connections.close_all()  # none may be shared with the processes that are forked now
        return text

    def _say(self, step: str) -> None:
        """Say at once what takes a while now."""
        self.stdout.write(step)
        self.stdout.flush()


def _check_is_free(port: int) -> None:
    with socket.socket() as listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind(("127.0.0.1", port))
        except OSError as error:
            message = f"Port {port} cannot be used ({error.strerror}). Take another one: PORT=8123 make run"
            raise CommandError(message) from None


def _environment(port: int) -> dict[str, str]:
    """Return what the Procfile's commands need to know, the Python of this process first in their PATH."""
    return {
        "PATH": os.pathsep.join([str(Path(sys.executable).parent), os.environ.get("PATH", os.defpath)]),
        "PORT": str(port),
        "PUBLIC_URL": os.environ.get("PUBLIC_URL") or f"http://localhost:{port}",
        "VAR_DIR": str(settings.VAR_DIR),
        "PYTHONUNBUFFERED": "1",
    }
