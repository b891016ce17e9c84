from typing import Any

from django.conf import settings
from django.contrib.auth import get_user_model
from django.core.management.base import BaseCommand, CommandError

from relations.demo import make_demo_data

EMAIL = "admin@example.com"
PASSWORD = "admin"  # noqa: S105 — everybody may know it: it exists only where DEBUG is on


class Command(BaseCommand):
    help = (
        f"Make the demo once: its data, and the login {EMAIL} with password {PASSWORD} where nobody is admin yet."
    )

    def handle(self, **options: Any) -> None:
        if not settings.DEBUG:
            raise CommandError("The demo exists only where DEBUG is on: everybody knows its password.")
        people = get_user_model().objects
        if people.filter(is_superuser=True).exists():
            self.stdout.write("There is an administrator already: no login is made.")
        else:
            people.create_superuser(email=EMAIL, password=PASSWORD)
            self.stdout.write(f"Made {EMAIL} with the password {PASSWORD}.")
        made = make_demo_data()
        self.stdout.write("Made the demo's people and events." if made else "There are people already: none are made.")
