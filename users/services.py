"""What can be done to people. API, admin and commands all come through here."""

from collections.abc import Mapping

from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from users.models import User


@transaction.atomic
def create_user(*, user: User) -> User:
    """Store a new person. Without a password set on ``user`` nobody can sign in as them."""
    if not user.password:
        user.set_unusable_password()
    user.full_clean()
    user.save(force_insert=True)
    return user


@transaction.atomic
def update_user(*, user: User, changes: Mapping[str, object]) -> User:
    """Change the named fields of ``user``; every other column stays, whoever wrote it."""
    for field, value in changes.items():
        setattr(user, field, value)
    unsent = {field.name for field in User._meta.concrete_fields} - changes.keys()
    user.full_clean(exclude=unsent)
    if changes:
        user.save(update_fields=[*changes])
        user.refresh_from_db()
    return user


def delete_user(*, user: User) -> None:
    """Delete a person who left no trace elsewhere, and the history of their record.

    Raises ``Conflict`` for a person with relations, mail or other records that would lose their meaning.
    """
    try:
        with transaction.atomic():
            user.history.all().delete()
            user.delete()
    except ProtectedError as error:
        kinds = sorted({str(kept._meta.verbose_name_plural) for kept in error.protected_objects})
        raise Conflict(
            _("%(person)s has %(kinds)s, which deleting would lose. Erase the person instead, or deactivate them.")
            % {"person": user, "kinds": ", ".join(kinds)}
        ) from error
