"""Names as one text and as two."""

from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework import serializers
from rest_framework.serializers import ValidationError

LONGEST = 150


class NameField(serializers.CharField):
    """A full name, which may be sent instead of first and last name; either has at most 150 characters."""

    default_error_messages = {
        "too_long": gettext_lazy(
            "First and last name, which part at the first space, have at most 150 characters each."
        )
    }

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"required": False, "write_only": True, "max_length": 2 * LONGEST, **options})

    def to_internal_value(self, data: Any) -> str:
        text: str = super().to_internal_value(data)
        if any(len(part) > LONGEST for part in split_name({"name": text}).values()):
            raise ValidationError(self.error_messages["too_long"], "max_length")
        return text


def split_name(given: dict[str, Any]) -> dict[str, Any]:
    """Return ``given`` with ``name`` split at its first space into first and last name. Raises ``ValidationError``."""
    rest = {key: value for key, value in given.items() if key != "name"}
    if "name" not in given:
        return rest
    if "first_name" in given or "last_name" in given:
        raise ValidationError({"name": _("Give either name, or first_name and last_name.")})
    first, _space, last = given["name"].partition(" ")
    return {**rest, "first_name": first, "last_name": last.strip()}
