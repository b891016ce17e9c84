"""The pages at the door, for everybody with a browser: signing in, signing up, and signing out."""

from typing import Any

from django.contrib.auth.views import LoginView
from django.core.exceptions import ValidationError
from django.http import HttpResponse
from django.shortcuts import redirect
from django.utils.translation import gettext as _
from django.views.generic.edit import FormView

from users.accounts import signup
from users.accounts.door_forms import SignInForm, SignUpForm
from users.accounts.forms import add_errors
from users.accounts.pages import refusal
from users.accounts.passwords import validate_new
from users.models import User


class SignInPage(LoginView):
    """Takes e-mail and password of customers and staff alike, and leads to where they were going."""

    authentication_form = SignInForm
    template_name = "account/sign_in.html"
    redirect_authenticated_user = True


class SignUpPage(FormView[SignUpForm]):
    """Asks for what an account is made of; the mail that follows says who may have it."""

    form_class = SignUpForm
    template_name = "account/sign_up.html"

    def form_valid(self, form: SignUpForm) -> HttpResponse:
        if refused := refusal(self, form, scope="signup", said=_("Too many sign-ups from your address. Try later.")):
            return refused
        given: dict[str, Any] = dict(form.cleaned_data)
        email, password = given.pop("email"), given.pop("password")
        try:
            validate_new(password, user=User(email=email, **given), field="password")
        except ValidationError as error:
            add_errors(form, error, {"password": "password"})
            return self.form_invalid(form)
        signup.request_signup(email=email, password=password, profile=given)
        return redirect("account-sign-up-sent")
