"""Where the embedded servers live, and as whom they run."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from crm_project.embedded.accounts import Account, account_for
from crm_project.embedded.errors import EmbeddedServerError
from crm_project.embedded.home import Home, socket_folder
from crm_project.embedded.programs import POSTGRES, VALKEY, Wheel

SOMEBODY = Account(uid=12_345, gid=12_345)
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what root does with its servers, only root can show")


def test_socket_folder_is_short_whatever_the_path_and_differs_between_checkouts(folder: Path) -> None:
    long = folder / ("x" * 200) / "var"

    assert len(str(socket_folder(long) / ".s.PGSQL.5432.lock")) < 107
    assert socket_folder(long) != socket_folder(folder / "var")


def test_account_reaches_what_is_open_to_others(folder: Path) -> None:
    assert SOMEBODY.reaches(folder)


@pytest.mark.parametrize("mode", [0o700, 0o711])
def test_account_does_not_reach_what_it_may_not_read(folder: Path, mode: int) -> None:
    folder.chmod(mode)

    assert not SOMEBODY.reaches(folder)


def test_account_does_not_reach_what_is_below_a_closed_folder(folder: Path) -> None:
    (folder / "below").mkdir()
    folder.chmod(0o700)

    assert not SOMEBODY.reaches(folder / "below")


def test_account_reaches_its_own_closed_folder(folder: Path) -> None:
    folder.chmod(0o700)
    found = folder.stat()

    assert Account(found.st_uid, found.st_gid).reaches(folder)


def test_account_reaches_what_is_open_to_its_group_alone(folder: Path) -> None:
    folder.chmod(0o750)

    assert Account(uid=12_345, gid=folder.stat().st_gid).reaches(folder)


@as_root
def test_root_runs_servers_as_the_owner_of_the_checkout(folder: Path) -> None:
    os.chown(folder, SOMEBODY.uid, SOMEBODY.gid)

    assert account_for(folder / "not there", folder) == SOMEBODY


@as_root
def test_root_runs_servers_of_its_own_checkout_as_nobody(folder: Path) -> None:
    account = account_for(folder)

    assert account is not None
    assert account.uid != 0


@as_root
def test_home_below_a_folder_closed_to_others_is_elsewhere_and_opens_nothing(folder: Path) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)

    home = Home.of(closed / "var", elsewhere=folder / "elsewhere")

    assert home.folder.parent == folder / "elsewhere"
    assert closed.stat().st_mode & 0o777 == 0o700


@as_root
@pytest.mark.parametrize(("wheel", "program"), [(POSTGRES, "bin/initdb"), (VALKEY, "valkey-server")])
def test_programs_out_of_reach_are_copied_once_to_where_they_can_be_run(
    folder: Path, monkeypatch: pytest.MonkeyPatch, wheel: Wheel, program: str
) -> None:
    closed = folder / "closed"
    closed.mkdir(mode=0o700)
    package = next(path for path in wheel.installed().parents if path.name == wheel.package)
    for part in package.parent.glob(f"{wheel.package}*"):
        shutil.copytree(part, closed / part.name, symlinks=True)
    monkeypatch.syspath_prepend(str(closed))
    monkeypatch.delitem(sys.modules, wheel.package, raising=False)
    home = Home.of(folder / "var")
    home.folder.mkdir()

    copies = {wheel.reachable(home) for _ in range(2)}

    copy = copies.pop()
    assert copies == set()
    assert copy.is_relative_to(home.folder)
    assert subprocess.run([copy / program, "--version"], user=home.uid, check=False).returncode == 0


def test_wheel_that_is_not_installed_names_the_way_out() -> None:
    with pytest.raises(EmbeddedServerError, match="name servers in DATABASE_URL and REDIS_URL"):
        Wheel("no_such_package", "programs", "server").installed()


@as_root
def test_check_owner_of_another_users_file_says_whose_it_is(folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(os, "geteuid", lambda: SOMEBODY.uid)

    with pytest.raises(EmbeddedServerError, match="belongs to user 0"):
        Home.check_owner(folder)


def test_sockets_folder_of_somebody_else_is_refused(folder: Path) -> None:
    home = Home.of(folder / "var")
    home.sockets.mkdir(mode=0o777)
    home.sockets.chmod(0o777)

    with pytest.raises(EmbeddedServerError, match="not a private folder"):
        home.make_sockets()

    home.sockets.rmdir()


def test_sockets_folder_that_is_a_link_is_refused(folder: Path) -> None:
    home = Home.of(folder / "var")
    home.sockets.symlink_to(folder)

    with pytest.raises(EmbeddedServerError, match="not a private folder"):
        home.make_sockets()

    home.sockets.unlink()


def test_lock_makes_the_folder_passable_whatever_the_umask(folder: Path) -> None:
    home = Home.of(folder / "new" / "var")
    before = os.umask(0o077)
    try:
        with home.locked():
            assert home.folder.stat().st_mode & 0o777 == 0o755
    finally:
        os.umask(before)
    shutil.rmtree(home.folder)
