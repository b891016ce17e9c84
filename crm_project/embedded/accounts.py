"""As whom the servers run: PostgreSQL refuses to run as root."""

import os
import pwd
import stat
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Account:
    """An unprivileged account that root hands its servers to."""

    uid: int
    gid: int

    def reaches(self, path: Path) -> bool:
        """Tell whether this account may read and search ``path`` and everything above it, by their mode bits."""
        return all(self._may_enter(folder) for folder in path.parents) and self._has(path, stat.S_IROTH | stat.S_IXOTH)

    def own(self, path: Path) -> None:
        """Hand ``path`` and all below it to this account."""
        for each in (path, *path.rglob("*")):
            os.chown(each, self.uid, self.gid, follow_symlinks=False)

    def _may_enter(self, folder: Path) -> bool:
        return self._has(folder, stat.S_IXOTH)

    def _has(self, path: Path, bits_of_others: int) -> bool:
        found = path.stat()
        shift = 6 if found.st_uid == self.uid else 3 if found.st_gid == self.gid else 0
        wanted = bits_of_others << shift
        return found.st_mode & wanted == wanted


def account_for(*paths: Path) -> Account | None:
    """Return None where this process is not root, else the owner of the first of ``paths`` that is not root's.

    Where all are root's, it is ``nobody``. Paths that do not exist say nothing.
    """
    if os.geteuid() != 0:
        return None
    owners = (path.stat() for path in paths if path.exists())
    for owner in owners:
        if owner.st_uid != 0:
            return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)
