"""The folders of one checkout's servers."""

import fcntl
import hashlib
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from crm_project.embedded.accounts import Account, account_for
from crm_project.embedded.errors import EmbeddedServerError

# Fixed and short: sockets have a limit of 107 bytes, their paths must not need escaping in addresses, and every
# process of a checkout must find the same one, whatever its TMPDIR says.
SOCKETS = Path("/tmp")  # noqa: S108 — the folder made in it is private, and its owner is checked
ELSEWHERE = Path("/var/lib/event-crm")
SEARCHABLE = 0o755


def _key(var: Path) -> str:
    return hashlib.sha256(os.fsencode(var.resolve())).hexdigest()[:16]


def socket_folder(var: Path) -> Path:
    """Return where the servers of the checkout that keeps its data in ``var`` have their sockets."""
    return SOCKETS / f"event-crm-{_key(var)}"


@dataclass(frozen=True)
class Home:
    """Where the servers of one checkout live, and as whom they run (None: as whoever asks)."""

    folder: Path
    sockets: Path
    account: Account | None

    @classmethod
    def of(cls, var: Path, *, elsewhere: Path = ELSEWHERE) -> "Home":
        """Return the home of the servers whose data belongs in ``var``.

        Where root asks, and the account that the servers run as cannot reach ``var`` because a folder above it is
        closed to others, they live below ``elsewhere`` instead, so that no folder need be opened.
        """
        var = var.resolve()
        account = account_for(var / "postgres", var, *var.parents[:2])
        nearest = next(path for path in (var, *var.parents) if path.exists())
        reachable = account is None or account.reaches(nearest)
        return cls(var if reachable else elsewhere / _key(var), socket_folder(var), account)

    @property
    def uid(self) -> int:
        """The user id that the servers run with."""
        return self.account.uid if self.account else os.geteuid()

    @contextmanager
    def locked(self) -> Iterator[None]:
        """Hold the one lock under which servers of this home are started and stopped. It ends with its process."""
        for folder in (*reversed(self.folder.parents), self.folder):
            if not folder.exists():
                folder.mkdir(exist_ok=True)
                folder.chmod(SEARCHABLE)  # whatever the umask: the servers' account passes through it
        lock = self.folder / "servers.lock"
        self.check_owner(lock)
        with lock.open("a") as file:
            fcntl.flock(file, fcntl.LOCK_EX)
            yield

    @staticmethod
    def check_owner(path: Path) -> None:
        """Raise EmbeddedServerError where ``path`` is there and belongs to a user who is neither root nor we."""
        if path.exists() and os.geteuid() not in {0, path.stat().st_uid}:
            owner = path.stat().st_uid
            raise EmbeddedServerError(f"{path} belongs to user {owner}: go on as that user or as root.")

    def make_private(self, folder: Path) -> None:
        """Make ``folder``, which is not there yet, for the servers' account alone."""
        folder.mkdir(mode=stat.S_IRWXU)
        if self.account:
            self.account.own(folder)

    def make_sockets(self) -> None:
        """Make the private folder of the sockets; raise EmbeddedServerError where somebody else has made it."""
        if not os.path.lexists(self.sockets):
            self.make_private(self.sockets)
        found = self.sockets.lstat()
        if not stat.S_ISDIR(found.st_mode) or found.st_uid != self.uid or stat.S_IMODE(found.st_mode) & 0o077:
            raise EmbeddedServerError(f"{self.sockets} is not a private folder of user {self.uid}: remove it.")
