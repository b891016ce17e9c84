"""Names as one text and as two."""

from typing import Any

from django.utils.translation import gettext as _
from rest_framework.serializers import ValidationError


def split_name(given: dict[str, Any]) -> dict[str, Any]:
    """Return ``given`` with ``name`` split at its first space into first and last name. Raises ``ValidationError``."""
    rest = {key: value for key, value in given.items() if key != "name"}
    if "name" not in given:
        return rest
    if "first_name" in given or "last_name" in given:
        raise ValidationError({"name": _("Give either name, or first_name and last_name.")})
    first, _space, last = given["name"].partition(" ")
    return {**rest, "first_name": first, "last_name": last.strip()}
