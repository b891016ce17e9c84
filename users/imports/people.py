"""People from a file: by external_id, then by e-mail."""

from collections.abc import Sequence

from django.db.backends.utils import CursorWrapper

from users.imports.columns import Column, column_of
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome
from users.imports.upsert import Upsert
from users.models import PROFILE, User
from users.names import split_name

# Marked as none by its first character, as Django does; no hash ever equals it.
NO_PASSWORD = "'!' || replace(gen_random_uuid()::text, '-', '')"  # noqa: S105  # the absence of a password
KEYS = ("external_id", "email")
NAMES = (column_of(User, "first_name"), column_of(User, "last_name"))


def first_and_last_name(text: str) -> list[object]:
    """Return both names that a full name splits into, as the API does. Raises ``RowError``."""
    names = split_name({"name": text})
    return [column.parse(names[column.name]) for column in NAMES]


class PeopleImport(ImportKind):
    """Every field of the profile is a column, and name for both names; a row needs an external_id or an e-mail."""

    name = "users"
    model = User
    columns = [
        *(column_of(User, name, keeps=name == "external_id") for name in PROFILE),
        Column("name", first_and_last_name, ["", ""], fills=[column.name for column in NAMES]),
    ]
    required = [KEYS]
    ignored = ("id", "hosted_count", "attended_count", "roles", "created_at", "updated_at")
    upsert = Upsert(User, "email", "person", keeping=("external_id",), expressions={"password": NO_PASSWORD})

    def check(self, names: Sequence[str], values: list[object]) -> None:
        """Refuse a row that nothing could be matched by the next time."""
        if not any(values[names.index(key)] for key in KEYS if key in names):
            raise RowError("has neither external_id nor email")

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Upsert people."""
        return self.upsert.run(cursor, batch)
