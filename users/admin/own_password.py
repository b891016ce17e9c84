"""The admin's page for one's own password."""

from typing import Any

from django.contrib.auth.views import PasswordChangeView
from django.core.exceptions import ValidationError
from django.http import HttpResponse

from users.accounts.forms import add_errors
from users.admin.forms import OwnPasswordForm


class OwnPasswordPage(PasswordChangeView):
    """Asks for the present password and a new one, which the service sets."""

    form_class = OwnPasswordForm

    def form_valid(self, form: Any) -> HttpResponse:
        """Show the form again where the present password has been changed since it was looked at."""
        try:
            return super().form_valid(form)
        except ValidationError as error:
            add_errors(form, error, {"current_password": "old_password"})
            return self.form_invalid(form)
