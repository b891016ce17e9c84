"""One site for all tests of a process."""

import socket
from collections.abc import Iterator

import pytest
from django.conf import settings

from tests.load.site import Site


@pytest.fixture(scope="session")
def site() -> Iterator[Site]:
    """Return a site that runs, and ends with the tests."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        port: int = listener.getsockname()[1]
    started = Site(settings.VAR_DIR / "load", port)
    try:
        started.start()
        yield started
    finally:
        started.stop()
