"""People from a file: by external_id, then by e-mail."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from uuid import UUID

from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from users.imports.columns import Column, column_of
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome
from users.imports.layout import Layout
from users.imports.sources import SourceRow
from users.imports.upsert import Upsert
from users.models import PROFILE, User
from users.names import split_name
from users.services import SIGN_IN
from users.signals import sign_in_changed

# Marked as none by its first character, as Django does; no hash ever equals it.
NO_PASSWORD = "'!' || replace(gen_random_uuid()::text, '-', '')"  # noqa: S105  # the absence of a password
KEYS = ("external_id", "email")
_LOGIN_CHANGED = """
    t.email IS DISTINCT FROM s.email AND (t.is_staff OR t.is_superuser OR (t.password <> '' AND t.password !~ '^!'))
"""
REASONS = {
    "two": gettext_lazy("external_id and email belong to two different persons"),
    "taken": gettext_lazy("another person has this email: external_id {}"),
    "repeated": gettext_lazy("line {} is about the same person already"),
}
NAMES = (column_of(User, "first_name"), column_of(User, "last_name"))


@dataclass
class PeopleUpsert(Upsert):
    """Finds the people who may sign in and are about to get another e-mail, which is their login."""

    readdressed: list[User] = field(default_factory=list)

    def watched(self, names: Sequence[str]) -> str:
        return _LOGIN_CHANGED if "email" in names else "false"

    def before_update(self, ids: Sequence[UUID]) -> None:
        self.readdressed += User.objects.filter(pk__in=ids).order_by("pk")


def first_and_last_name(text: str) -> list[object]:
    """Return both names that a full name splits into, as the API does. Raises ``RowError``."""
    names = split_name({"name": text})
    return Layout(NAMES, range(len(NAMES)), len(NAMES), []).parse(
        SourceRow(0, [names[column.name] for column in NAMES])
    )


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
    upsert = PeopleUpsert(User, "email", REASONS, keeping=("external_id",), expressions={"password": NO_PASSWORD})

    def check(self, names: Sequence[str], values: list[object]) -> None:
        """Refuse a row that nothing could be matched by the next time."""
        if not any(values[names.index(key)] for key in KEYS if key in names):
            raise RowError(_("has neither external_id nor email"))

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Upsert people, then announce whose login is another now as the services do."""
        upsert = replace(self.upsert, readdressed=[])
        outcome = upsert.run(cursor, batch)
        stored = User.objects.in_bulk([person.pk for person in upsert.readdressed])
        for person in upsert.readdressed:
            before = {name: getattr(person, name) for name in SIGN_IN}
            sign_in_changed.send(User, user=stored[person.pk], before=before, actor=None)
        return outcome
