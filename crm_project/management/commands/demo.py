from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError
from django.db import transaction

from relations.demo import make_demo_data

EMAIL = "admin@example.com"
PASSWORD = "admin"  # noqa: S105 — everybody may know it: it exists only where DEBUG is on


class Command(BaseCommand):
    help = f"Make the demo, its data and the login {EMAIL} with password {PASSWORD}, where nobody is admin yet."

    @transaction.atomic
    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo exists only where DEBUG is on: everybody knows its password.")
        people = get_user_model().objects
        # An administrator is the sign that the demo was made or is not wanted, so data that was deleted stays away.
        if people.filter(is_superuser=True).exists():
            self.stdout.write("There is an administrator already: no demo is made.")
            return
        made = make_demo_data()
        people.create_superuser(email=EMAIL, password=PASSWORD)
        self.stdout.write(f"Made {EMAIL} with the password {PASSWORD}{', people and events' if made else ''}.")
