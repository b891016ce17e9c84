"""The servers that run where the environment names none: PostgreSQL without DATABASE_URL, Valkey without REDIS_URL.

For development, demonstrations and tests. Each starts when it is first needed, keeps its data in the checkout's
``var/``, answers on a unix socket alone and runs until ``manage.py embedded stop``.
"""

from django.conf import settings

from crm_project.embedded.errors import EmbeddedServerError
from crm_project.embedded.home import Home
from crm_project.embedded.postgres_server import Postgres
from crm_project.embedded.server import Server, Status
from crm_project.embedded.valkey_server import Valkey

__all__ = ["EmbeddedServerError", "Server", "Status", "in_use", "postgres", "servers", "status", "valkey"]


def postgres() -> Postgres:
    """Return this checkout's PostgreSQL, whether it runs or not."""
    return Postgres(Home.of(settings.VAR_DIR), durable=not settings.TESTING)


def valkey() -> Valkey:
    """Return this checkout's Valkey, whether it runs or not."""
    return Valkey(Home.of(settings.VAR_DIR))


def servers() -> list[Server]:
    """Return all of this checkout's servers, needed or not."""
    return [postgres(), valkey()]


def in_use() -> list[Server]:
    """Return the embedded servers that take the place of one which the environment does not name."""
    needed = {
        Postgres.name: settings.DATABASES["default"]["ENGINE"] == f"{__name__}.postgresql",
        Valkey.name: not settings.REDIS_URL,
    }
    return [server for server in servers() if needed[server.name]]


def status() -> list[Status]:
    """Tell how each server in use is, without starting any."""
    return [server.status() for server in in_use()]
