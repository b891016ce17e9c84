"""Forms of records."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from rest_framework.exceptions import Throttled
from unfold.forms import AdminOwnPasswordChangeForm, AdminPasswordChangeForm
from unfold.widgets import (
    INPUT_CLASSES,
    UnfoldAdminCheckboxSelectMultipleWidget,
    UnfoldAdminURLInputWidget,
    UnfoldBooleanSwitchWidget,
)

from users.accounts.forms import ThroughService
from users.accounts.passwords import check_current_password
from users.accounts.requests import answered_request
from users.models import PROFILE, User
from users.roles import Role

URL_INPUT = UnfoldAdminURLInputWidget()
M = TypeVar("M", bound=Model)


def zone_input() -> forms.TextInput:
    """Return a text input that suggests the time zones which the browser knows."""
    return forms.TextInput({"class": " ".join(INPUT_CLASSES), "data-zones": "", "autocomplete": "off"})


class RecordForm(forms.ModelForm[M]):
    """A form that overwrites nothing that somebody else changed since it was opened."""

    loaded_version = forms.IntegerField(required=False, widget=forms.HiddenInput)

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["loaded_version"].initial = getattr(self.instance, "version", None)

    def clean(self) -> dict[str, Any] | None:
        """Refuse a form that was opened on an older version."""
        loaded = self.cleaned_data.get("loaded_version")
        if self.instance._state.adding or loaded in (None, getattr(self.instance, "version", None)):
            return super().clean()
        raise forms.ValidationError(
            _("This was changed meanwhile: the tab History says how. Reload the page and make your changes again."),
            code="stale",
        )


class PersonForm(RecordForm[User]):
    """A person's profile and rights."""

    avatar = forms.URLField(
        assume_scheme="https",
        max_length=500,
        required=False,
        help_text=gettext_lazy("Address of a picture."),
        widget=URL_INPUT,
    )

    roles = forms.MultipleChoiceField(
        choices=Role.choices,
        required=False,
        widget=UnfoldAdminCheckboxSelectMultipleWidget(),
        help_text=gettext_lazy("Admins, organizers and agents may sign in to this admin."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if "roles" in self.fields:
            self.fields["roles"].initial = sorted(self.instance.role_names)

    class Meta:
        model = User
        fields = (*PROFILE, "is_active", "is_superuser")
        widgets = {"timezone": zone_input()}


class NewPersonForm(PersonForm):
    """A new person, who may be a colleague: with roles, and a mail by which they choose a password."""

    invite = forms.BooleanField(
        required=False,
        widget=UnfoldBooleanSwitchWidget(),
        help_text=gettext_lazy("Mail them a link by which they choose their password, good for 24 hours."),
    )

    def clean(self) -> dict[str, Any] | None:
        """Refuse an invitation that could not be mailed."""
        if self.cleaned_data.get("invite") and not self.cleaned_data.get("email") and "email" not in self.errors:
            self.add_error("email", _("An invitation is a mail: give an e-mail."))
        return super().clean()


class PasswordForm(ThroughService, AdminPasswordChangeForm):  # type: ignore[misc]  # unfold is untyped
    """Django's form for setting somebody's password."""


class OwnPasswordForm(ThroughService, AdminOwnPasswordChangeForm):  # type: ignore[misc]  # unfold is untyped
    """Django's form for setting one's own password, which takes the present one."""

    proves = True

    def clean_old_password(self) -> str:
        """Refuse a wrong one, and after some of them any: a session that was left open is no way to guess it."""
        given: str = self.cleaned_data["old_password"]
        try:
            check_current_password(user=self.user, password=given, request=answered_request())
        except forms.ValidationError as error:
            raise forms.ValidationError(error.messages) from error
        except Throttled as error:
            raise forms.ValidationError(_("Too many wrong passwords. Try again later.")) from error
        return given
