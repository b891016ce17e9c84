"""The ground of every test: servers of their own, which start when first needed and end with the run."""

import os
import signal
from collections.abc import Iterator

import pytest
from django.conf import settings
from django.core.cache import cache
from django.db import connection

from crm_project import embedded

pytest_plugins = ["users.tests.fixtures"]


def pytest_configure() -> None:
    """Hear Ctrl-C, and let the processes of tests hear it, where the run was started in the background without it."""
    if signal.getsignal(signal.SIGINT) == signal.SIG_IGN:
        signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(scope="session", autouse=True)
def servers() -> Iterator[None]:
    """Stop the embedded servers of this run when it ends: they keep their data in a folder that only tests use."""
    yield
    for server in embedded.servers():
        server.stop()


@pytest.fixture(autouse=True)
def empty_cache() -> None:
    """Let no test find what another has cached: throttles count there."""
    cache.clear()


@pytest.fixture
def subprocess_environment(transactional_db: None) -> dict[str, str]:
    """Return the environment in which a process works on the test's database, servers and files."""
    found = connection.settings_dict
    by_socket = found["HOST"].startswith("/")
    place = found["HOST"] if by_socket else f"{found['HOST']}:{found['PORT']}"
    address = f"postgres://{found['USER']}:{found['PASSWORD']}@{'/' if by_socket else ''}{place}/{found['NAME']}"
    return os.environ | {"VAR_DIR": str(settings.VAR_DIR), "DATABASE_URL": address}
