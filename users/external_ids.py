"""The identifier that another system gave a record, usable wherever an API call takes an id."""

from collections.abc import Callable
from typing import Any

from django.core.management.base import CommandError
from django.core.validators import RegexValidator
from django.db import models

UUID_SHAPE = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
# Words that stand where an id may stand in a path, such as /users/filter/.
PATH_WORDS = ("batch", "filter", "filter_by", "me", "send_email")
# Python, PostgreSQL and ECMAScript read this alike: it stands in the field, the table and the API's description. A dot
# or two are steps in a path, and never arrive.
EXTERNAL_ID = (
    rf"^(?!({'|'.join(PATH_WORDS)}|{UUID_SHAPE}|\.\.?)$)(?!\s)(?![\s\S]*\s$)"
    r"[^/\x00-\x1f\x7f-\x9f]+$"
)
MESSAGE = (
    "An external id may not be shaped like a UUID, contain a slash or a control character, begin or end with a space, "
    f"or be one of: {', '.join(PATH_WORDS)}, one dot, two dots."
)
LISTED_AT_MOST = 10


class ExternalIdField(models.CharField[str | None, str | None]):
    """An optional identifier from another system; an empty one is stored as NULL."""

    default_validators = [RegexValidator(EXTERNAL_ID, MESSAGE, code="external_id")]

    def get_prep_value(self, value: object) -> object:
        """Store the empty text as NULL, so that any number of rows may have none."""
        return super().get_prep_value(value) or None


def external_id_is_no_id_or_path(table: str) -> models.CheckConstraint:
    """Return the database's side of the same rule, for rows that no form has seen."""
    return models.CheckConstraint(
        condition=models.Q(external_id__isnull=True) | models.Q(external_id__regex=EXTERNAL_ID),
        name=f"{table}_external_id_is_no_id_or_path",
        violation_error_message=MESSAGE,
    )


def refuse_stored_ids(app_label: str, model_name: str) -> Callable[[Any, Any], None]:
    """Return a migration's step that ends it, before anything is changed, where stored ids break the rule.

    They are keys of another system: to rename them is for those who know it.
    """

    def step(apps: Any, schema_editor: Any) -> None:
        model = apps.get_model(app_label, model_name)
        rows = model._default_manager.using(schema_editor.connection.alias)
        bad = rows.filter(external_id__isnull=False).exclude(external_id__regex=EXTERNAL_ID).order_by("external_id")
        if listed := [*bad.values_list("external_id", flat=True)[:LISTED_AT_MOST]]:
            names = ", ".join(map(repr, listed))
            raise CommandError(
                f"External ids of {model._meta.db_table} are refused from now on: {names}. {MESSAGE} "
                "Change them, here and in the system that gave them, and migrate again. Nothing was changed."
            )

    return step
