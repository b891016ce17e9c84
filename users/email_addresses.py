"""E-mail addresses in the one form in which they are stored, compared and mailed to."""

from contextlib import suppress
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.utils.encoding import punycode
from django.utils.translation import gettext_lazy as _
from rest_framework import serializers

LONGEST = 254
MESSAGE = _("Enter a valid email address.")


def stored_form(text: str) -> str:
    """Return an address as it is stored: in small letters."""
    return text.strip().lower()


def validate_address(text: str) -> None:
    """Raise ``ValidationError`` unless ``text`` is an address in its stored form.

    Before the @ it is ASCII: Django's pattern ignores case and so takes ``ſ`` for an s and ``ı`` for an i, which look
    alike and are somebody else's, or nobody's.
    """
    validate_email(text)
    if not text.rpartition("@")[0].isascii():
        raise ValidationError(MESSAGE, "invalid")


def mailbox_of(email: str) -> str:
    """Return what addresses that lead to one mailbox have in common, as far as an address shows it.

    The domain as the name servers know it (``bücher.example`` is written in several ways), and what stands before a
    ``+``.
    """
    local, _at, domain = stored_form(email).rpartition("@")
    with suppress(UnicodeError):  # no such domain can be: nothing arrives there
        domain = punycode(domain).lower()
    return f"{local.partition('+')[0] or local}@{domain}"


class AddressInput(forms.EmailField):
    """An address in a form, checked as it is stored: small letters of some are longer than their capitals."""

    default_validators = [validate_address]

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"max_length": LONGEST, **options})

    def to_python(self, value: Any) -> str:
        return stored_form(super().to_python(value) or "")


class AddressField(serializers.EmailField):
    """An address in a body, checked as it is stored, and handed on so."""

    def __init__(self, **options: Any) -> None:
        options.pop("validators", None)  # the model's, which say the same a second time
        super().__init__(**{"max_length": LONGEST, **options})

    def to_internal_value(self, data: Any) -> str:
        address = stored_form(super().to_internal_value(data))
        if not address.rpartition("@")[0].isascii():
            self.fail("invalid")
        return address
