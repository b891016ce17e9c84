"""Model fields of a person that store one form of what people write in many."""

from typing import Any

import phonenumbers
from django.conf import settings
from django.db import models

from users.email_addresses import stored_form, validate_address
from users.languages import normalised_language, validate_language


class LowerCaseEmailField(models.EmailField[str | None, str | None]):
    """An address stored lower-cased and unique; none is NULL. Look-ups are lower-cased too."""

    default_validators = [validate_address]

    def to_python(self, value: Any) -> str | None:
        text = super().to_python(value)
        return stored_form(text) or None if isinstance(text, str) else None

    def get_prep_value(self, value: Any) -> str | None:
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str | None:  # noqa: FBT001  # Django's signature
        """Show the stored form on the instance as well."""
        stored: str | None = _show_stored(self, model_instance)
        return stored


def normalised_phone_number(number: str) -> str:
    """Return ``number`` in E.164 form (``+493012345``) where it can be read as one, else as given.

    A number without a country code is read in ``PHONE_DEFAULT_REGION``.
    """
    try:
        parsed = phonenumbers.parse(number, settings.PHONE_DEFAULT_REGION)
    except phonenumbers.NumberParseException:
        return number
    if parsed.extension or not phonenumbers.is_possible_number(parsed):
        return number
    return str(phonenumbers.format_number(parsed, phonenumbers.PhoneNumberFormat.E164))


class PhoneNumberField(models.CharField[str, str]):
    """A phone number, normalised where it can be and otherwise kept as given."""

    def to_python(self, value: Any) -> str:
        return normalised_phone_number(str(value).strip()) if value else ""

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  # Django's signature
        """Show the stored form on the instance as well."""
        return str(_show_stored(self, model_instance))


class LanguageField(models.CharField[str, str]):
    """A language's tag, stored in lower case with hyphens."""

    default_validators = (validate_language,)

    def to_python(self, value: Any) -> str:
        return normalised_language(str(value)) if value else ""

    def get_prep_value(self, value: Any) -> str:
        return self.to_python(super().get_prep_value(value))

    def pre_save(self, model_instance: models.Model, add: bool) -> str:  # noqa: FBT001  # Django's signature
        """Show the stored form on the instance as well."""
        return str(_show_stored(self, model_instance))


def _show_stored(field: models.Field[Any, Any], instance: models.Model) -> Any:
    stored = field.to_python(getattr(instance, field.attname))
    setattr(instance, field.attname, stored)
    return stored
