"""Pages for people with a browser: confirming a sign-up, and a forgotten password. Fetching one changes nothing.

The token of a link is proof enough of who sends a form, so these forms need no cookie against forgery; and no log of
such a refusal can hold a link that still works.
"""

import math
from typing import Any

from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView

from api.exceptions import Conflict
from users.accounts import passwords, signup
from users.accounts.forms import ConfirmForm, ForgottenForm, NewPasswordForm, OtherPasswordForm, add_errors
from users.accounts.mail import user_of_reset
from users.accounts.throttling import too_often
from users.models import User

BY_TOKEN = [csrf_exempt, never_cache, sensitive_post_parameters()]


def refusal(page: FormView[Any], form: Form, *, scope: str, said: str) -> HttpResponse | None:
    """Count a form against the API's limit ``scope``; return 429 with what is ``said`` where it was one too many."""
    seconds = too_often(page.request, scope)
    if seconds is None:
        return None
    return refused(page, form, seconds=seconds, said=said)


def refused(page: FormView[Any], form: Form, *, seconds: float, said: str) -> HttpResponse:
    """Return 429 with what is ``said`` and after how many ``seconds`` another try is taken."""
    form.add_error(None, said)
    answer = page.render_to_response(page.get_context_data(form=form), status=429)
    answer["Retry-After"] = str(math.ceil(seconds))
    return answer


@method_decorator(BY_TOKEN, name="dispatch")
class ConfirmSignupPage(FormView[Form]):
    """Asks for the password of the sign-up; only the button confirms: programs that check mail fetch its links."""

    form_class: type[Form] = ConfirmForm
    template_name = "account/confirm.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        over = signup.link_over(kwargs["token"])
        if over is not None:
            return render(request, "account/signup_link_over.html", {"over": over})
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: Form) -> HttpResponse:
        if answer := refusal(self, form, scope="signup_confirm", said=_("Too many attempts. Try again later.")):
            return answer
        try:
            self.confirm(form)
        except ValidationError as error:
            add_errors(form, error, {"password": "password", "new_password": "new_password1"})
        except Conflict as error:
            form.add_error(None, str(error.detail))
        return self.form_invalid(form) if form.errors else redirect("account-confirmed")

    def confirm(self, form: Form) -> None:
        """Confirm by what the form asked for."""
        signup.confirm_signup(token=self.kwargs["token"], password=form.cleaned_data["password"])


class OtherPasswordPage(ConfirmSignupPage):
    """Asks for another password: that of the sign-up is forgotten, or was a stranger's."""

    form_class = OtherPasswordForm
    template_name = "account/confirm_other.html"

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": None}

    def confirm(self, form: Form) -> None:
        signup.confirm_signup(token=self.kwargs["token"], new_password=form.cleaned_data["new_password1"])


class ForgottenPage(FormView[ForgottenForm]):
    """Asks for the e-mail, and says the same whoever has it."""

    form_class = ForgottenForm
    template_name = "account/forgotten.html"

    def form_valid(self, form: ForgottenForm) -> HttpResponse:
        said = _("Too many mails were asked for from your address. Try again later.")
        if answer := refusal(self, form, scope="mail", said=said):
            return answer
        passwords.request_reset(email=form.cleaned_data["email"])
        return redirect("account-password-reset-sent")


@method_decorator(BY_TOKEN, name="dispatch")
class NewPasswordPage(FormView[NewPasswordForm]):
    """Asks for a new password, twice."""

    form_class = NewPasswordForm
    template_name = "account/new_password.html"
    person: User

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = user_of_reset(kwargs["token"])
        if found is None:
            return render(request, "account/reset_link_over.html")
        self.person = found
        return super().dispatch(request, *args, **kwargs)

    def get_form_kwargs(self) -> dict[str, Any]:
        return {**super().get_form_kwargs(), "user": self.person}

    def form_valid(self, form: NewPasswordForm) -> HttpResponse:
        try:
            passwords.reset_password(token=self.kwargs["token"], password=form.cleaned_data["new_password1"])
        except ValidationError as error:
            add_errors(form, error, {"new_password": "new_password1"})
        return self.form_invalid(form) if form.errors else redirect("account-password-set")
