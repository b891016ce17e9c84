"""Languages by their tag: ``en``, ``de-at``, ``zh-hant``."""

import re

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

# The form of BCP 47, as it is stored: in lower case. Whether there is such a language is left open, for nobody's list
# is complete; mail falls back to English where there is none in a person's.
TAG = "^[a-z]{2,3}(-[a-z0-9]{1,8})*$"
MESSAGE = _("Give a language tag such as en, de or pt-BR.")


def normalised_language(tag: str) -> str:
    """Return ``tag`` as it is stored: ``pt_BR`` as ``pt-br``."""
    return tag.strip().replace("_", "-").lower()


def validate_language(tag: str) -> None:
    """Raise ``ValidationError`` unless ``tag`` has the form of a language tag, in whatever case."""
    if not re.fullmatch(TAG, normalised_language(tag)):
        raise ValidationError(MESSAGE, "language")


def language_is_a_tag() -> models.CheckConstraint:
    """Return the rule for what is stored."""
    return models.CheckConstraint(
        condition=Q(language__regex=TAG), name="users_user_language_is_a_tag", violation_error_message=MESSAGE
    )
