from argparse import ArgumentParser
from getpass import getpass
from typing import Any

from django.core.exceptions import ValidationError
from django.core.management.base import BaseCommand, CommandError

from users.accounts.passwords import set_password, validate_new
from users.email_addresses import stored_form
from users.models import User

TRIES = 3


class Command(BaseCommand):
    """Stands in the first of the apps, and so before the command that Django has under this name."""

    help = "Give somebody another password, which is asked for twice; all their sessions and tokens end."

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("email")

    def handle(self, *, email: str, **_options: Any) -> None:
        person = User.objects.filter(email=stored_form(email)).first()
        if person is None:
            raise CommandError(f"Nobody has the e-mail {email}.")
        self.stdout.write(f"Another password for {person}.")
        for _try in range(TRIES):
            if password := self._asked_for(person):
                set_password(user=person, password=password)
                self.stdout.write("The password is set; all sessions and tokens have ended.")
                return
        raise CommandError("The password stays as it was.")

    def _asked_for(self, person: User) -> str | None:
        """Return a good password that was typed alike twice; else say what is wrong and return None."""
        password = getpass("Password: ")
        if getpass("Password (again): ") != password:
            self.stderr.write("These are two different passwords.")
            return None
        try:
            validate_new(password, user=person)
        except ValidationError as error:
            self.stderr.write("\n".join(error.messages))
            return None
        return password
