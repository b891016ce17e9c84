"""On what the figures were taken."""

import os
import platform
from datetime import UTC, datetime

import django
from django.db import connection

from benchmarks.scales import Scale


def described(scale: Scale) -> list[str]:
    """Return one line each for the machine, the programs and the data."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT current_setting('server_version'), current_setting('shared_buffers')")
        version, buffers = cursor.fetchone()
        cursor.execute("SELECT pg_size_pretty(pg_database_size(current_database()))")
        (size,) = cursor.fetchone()
    return [
        f"{os.cpu_count()} cores ({platform.machine()})",
        f"Python {platform.python_version()}, Django {django.get_version()}",
        f"PostgreSQL {version} with {buffers} of shared buffers",
        f"Scale {scale.name}: {scale.people:,} people, {scale.events:,} events, {scale.relations:,} relations, {size}",
    ]


def moment() -> str:
    """Return the day, and the load of the minute that has just passed."""
    return f"{datetime.now(UTC):%Y-%m-%d}, load {os.getloadavg()[0]:.1f}"
