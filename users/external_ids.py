"""The identifier that another system gave a record, usable wherever an API call takes an id."""

from django.core.validators import RegexValidator
from django.db import models

UUID_SHAPE = r"[0-9a-fA-F]{8}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{4}-?[0-9a-fA-F]{12}"
# Words that stand where an id may stand in a path, such as /users/filter/.
PATH_WORDS = ("batch", "filter", "filter_by", "me", "send_email")
NOT_AN_EXTERNAL_ID = rf"^({'|'.join(PATH_WORDS)}|{UUID_SHAPE}|\s.*|.*\s|.*/.*|)$"
MESSAGE = (
    "An external id may not be shaped like a UUID, contain a slash, begin or end with a space, "
    f"or be one of: {', '.join(PATH_WORDS)}."
)


class ExternalIdField(models.CharField[str | None, str | None]):
    """An optional identifier from another system; an empty one is stored as NULL."""

    default_validators = [RegexValidator(NOT_AN_EXTERNAL_ID, MESSAGE, code="external_id", inverse_match=True)]

    def get_prep_value(self, value: object) -> object:
        """Store the empty text as NULL, so that any number of rows may have none."""
        return super().get_prep_value(value) or None


def external_id_is_no_id_or_path(table: str) -> models.CheckConstraint:
    """Return the database's side of the same rule, for rows that no form has seen."""
    return models.CheckConstraint(
        condition=models.Q(external_id__isnull=True) | ~models.Q(external_id__regex=NOT_AN_EXTERNAL_ID),
        name=f"{table}_external_id_is_no_id_or_path",
        violation_error_message=MESSAGE,
    )
