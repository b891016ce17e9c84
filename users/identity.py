"""What makes a record a person: something to call them by, to reach them at, or to know them by elsewhere."""

from typing import Any

from django.core.management.base import CommandError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

IS_SOMEBODY = (
    ~Q(first_name="") | ~Q(last_name="") | ~Q(phone_number="") | Q(email__isnull=False) | Q(external_id__isnull=False)
)
MESSAGE = _("A person needs a name, an e-mail, a phone number or an external id.")
LISTED_AT_MOST = 10


def is_somebody() -> models.CheckConstraint:
    """Return the rule for people; API, forms and imports word its refusal by its message."""
    return models.CheckConstraint(condition=IS_SOMEBODY, name="users_user_is_somebody", violation_error_message=MESSAGE)


def refuse_stored_nobodies(apps: Any, schema_editor: Any) -> None:
    """End a migration, before anything is changed, where stored records are nobody's: they may have relations."""
    rows = apps.get_model("users", "User")._default_manager.using(schema_editor.connection.alias)
    if listed := [*rows.exclude(IS_SOMEBODY).order_by("pk").values_list("pk", flat=True)[:LISTED_AT_MOST]]:
        names = ", ".join(map(str, listed))
        raise CommandError(
            f"People without anything to know them by are refused from now on: {names}. {MESSAGE} "
            "Give them one of these, or delete them, and migrate again. Nothing was changed."
        )
