"""The forms of the account's pages, and what makes a form of Django's set a password through the service."""

from typing import Any

from django import forms
from django.contrib.auth.forms import SetPasswordForm
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from users.accounts.passwords import set_password
from users.accounts.serializers import LONGEST_PASSWORD
from users.email_addresses import AddressInput
from users.models import User
from users.zones import zone_names


class ForgottenForm(forms.Form):
    """Whose password is forgotten."""

    email = AddressInput(label=_("Your e-mail"), widget=forms.EmailInput({"autocomplete": "email", "autofocus": True}))


class ConfirmForm(forms.Form):
    """The password that was chosen at sign-up: whoever asked in another's name does not get in by their click."""

    password = forms.CharField(
        label=_("The password that you chose"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput({"autocomplete": "current-password", "autofocus": True}),
    )


class OtherPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # our User stands on AbstractBaseUser
    """Another password than that of the sign-up, twice. The service looks at it."""


def present_password() -> forms.CharField:
    """Return the field for the password that somebody signs in with."""
    return forms.CharField(
        label=_("Your password"),
        strip=False,
        max_length=LONGEST_PASSWORD,
        widget=forms.PasswordInput({"autocomplete": "current-password"}),
    )


class EmailForm(forms.Form):
    """Another e-mail for oneself, and the present password."""

    email = AddressInput(
        label=_("Your new e-mail"),
        widget=forms.EmailInput({"autocomplete": "email", "autofocus": True}),
    )
    current_password = present_password()


class ConfirmEmailForm(forms.Form):
    """The present password: an address that was mistyped is somebody else's, who reads the link."""

    current_password = present_password()


class NewPasswordForm(SetPasswordForm):  # type: ignore[type-arg]  # our User stands on AbstractBaseUser
    """A new password, twice. The page sets it by the token of the link, so that the link works once."""


class ProfileForm(forms.Form):
    """What somebody may say of themselves. The model checks it again when it is stored."""

    first_name = forms.CharField(
        label=_("First name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "given-name"})
    )
    last_name = forms.CharField(
        label=_("Last name"), max_length=150, required=False, widget=forms.TextInput({"autocomplete": "family-name"})
    )
    phone_number = forms.CharField(
        label=_("Phone number"), max_length=50, required=False, widget=forms.TextInput({"autocomplete": "tel"})
    )
    company = forms.CharField(
        label=_("Company"), max_length=200, required=False, widget=forms.TextInput({"autocomplete": "organization"})
    )
    language = forms.CharField(
        label=_("Language"),
        max_length=16,
        help_text=_("Of the mail that you get: a tag such as en, de or pt-BR."),
        widget=forms.TextInput({"autocomplete": "language", "autocapitalize": "none"}),
    )
    timezone = forms.ChoiceField(
        label=_("Time zone"), choices=lambda: [(name, name.replace("_", " ")) for name in sorted(zone_names())]
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        for field in self.fields.values():
            field.show_hidden_initial = True  # what somebody else changed since the form was opened is not overwritten


class ThroughService:
    """A password form whose password is set by the service, so that sessions and tokens end and it is logged."""

    # Whether the form asks for the present password.
    proves = False

    def set_password_and_save(
        self,
        user: User,
        password_field_name: str = "password1",  # noqa: S107  # a field's name
        commit: bool = True,  # noqa: FBT001, FBT002  # Django's signature
    ) -> User:
        """Set the password that was given, or take the one there is."""
        form: Any = self
        given = form.cleaned_data
        password = given[password_field_name] if given.get("set_usable_password", True) else None
        return set_password(user=user, password=password, is_proved=self.proves)


def add_errors(form: forms.Form, error: ValidationError, names: dict[str, str]) -> None:
    """Put a service's ``error`` on ``form``; ``names`` are the form's for the service's fields."""
    for field, errors in error.error_dict.items():
        form.add_error(names.get(field), errors)
