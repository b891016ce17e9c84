"""Forms of records."""

from typing import Any, TypeVar

from django import forms
from django.db.models import Model
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from unfold.forms import AdminPasswordChangeForm
from unfold.widgets import INPUT_CLASSES, UnfoldAdminCheckboxSelectMultipleWidget, UnfoldAdminURLInputWidget

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


class PasswordForm(AdminPasswordChangeForm):  # type: ignore[misc]  # unfold is untyped
    """Django's form for setting somebody's password; writes that column alone."""

    def save(self, commit: bool = True) -> User:  # noqa: FBT001, FBT002  # Django's signature
        user: User = super().save(commit=False)
        if commit:
            user.save(update_fields=["password"])
        return user
