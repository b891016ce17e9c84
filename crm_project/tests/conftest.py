import os
import shutil
import socket
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

import pytest
from pytest_django import Settings

from crm_project import embedded

SUPERVISE = """
import django, time
django.setup()
from crm_project.running.supervisor import only_supervisor
with only_supervisor():
    print("supervising", flush=True)
    time.sleep(60)
"""


@pytest.fixture
def port() -> int:
    """Return a port on which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        number: int = listener.getsockname()[1]
    return number


@pytest.fixture
def folder() -> Iterator[Path]:
    """Make a folder that every account can pass through, unlike pytest's own, which root closes to others."""
    path = Path(tempfile.mkdtemp(prefix="event-crm-test-"))
    path.chmod(0o755)
    yield path
    shutil.rmtree(path)


@pytest.fixture
def var(folder: Path, settings: Settings) -> Iterator[Path]:
    """Give the project an empty folder to write to, on a path with spaces; no server of it is left running."""
    settings.VAR_DIR = folder / "a checkout" / "var"
    yield settings.VAR_DIR
    for server in embedded.servers():
        server.stop()


@pytest.fixture
def other_supervisor(var: Path) -> Iterator[subprocess.Popen[bytes]]:
    """Run another process that supervises this checkout."""
    environment = os.environ | {"VAR_DIR": str(var), "DJANGO_SETTINGS_MODULE": "crm_project.settings"}
    with subprocess.Popen([sys.executable, "-c", SUPERVISE], env=environment, stdout=subprocess.PIPE) as process:
        assert process.stdout
        assert process.stdout.readline() == b"supervising\n"
        yield process
        process.kill()
