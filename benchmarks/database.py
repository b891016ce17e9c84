"""The benchmark's own database: made, migrated and seeded, kept or dropped."""

from django.conf import settings
from django.core.management import call_command
from django.db import connection

from benchmarks.scales import Scale
from users.models import User

STAFF = "benchmark@example.com"


def prepare(scale: Scale, *, keep: bool) -> None:
    """Have the database of this scale there with its data. One that was kept is used again if ``keep`` says so."""
    if not keep:
        drop()
    _create_where_absent()
    call_command("migrate", verbosity=0)
    if not User.objects.filter(is_staff=False).exists():
        call_command("seed", users=scale.people, events=scale.events, relations=scale.relations)
    if not User.objects.filter(email=STAFF).exists():
        User.objects.create_superuser(STAFF)  # signs in by token
    settings.STATIC_ROOT.mkdir(parents=True, exist_ok=True)  # what is in it is not called
    settle()


def staff() -> User:
    """Return the person who calls the API."""
    return User.objects.get(email=STAFF)


def settle() -> None:
    """Leave nothing for the server to do in the background while others are timed."""
    with connection.cursor() as cursor:
        cursor.execute("VACUUM (ANALYZE)")
        cursor.execute("CHECKPOINT")


def drop() -> None:
    """Drop the database of this scale."""
    connection.close()
    with connection._nodb_cursor() as cursor:  # as Django's own tests make and drop databases
        cursor.execute(f"DROP DATABASE IF EXISTS {_name()} WITH (FORCE)")


def _create_where_absent() -> None:
    with connection._nodb_cursor() as cursor:
        cursor.execute("SELECT FROM pg_database WHERE datname = %s", [connection.settings_dict["NAME"]])
        if cursor.fetchone() is None:
            cursor.execute(f"CREATE DATABASE {_name()}")


def _name() -> str:
    return connection.ops.quote_name(connection.settings_dict["NAME"])
