"""Pages by which somebody changes their own e-mail: asked for when signed in, confirmed by the link that is mailed."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.forms import Form
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.decorators.debug import sensitive_post_parameters
from django.views.generic.edit import FormView
from rest_framework.exceptions import Throttled

from api.exceptions import Conflict
from users.accounts.emails import confirm_email, pending_of, request_email
from users.accounts.forms import ConfirmEmailForm, EmailForm, add_errors
from users.accounts.pages import BY_TOKEN, refused
from users.accounts.passwords import check_current_password


def too_many(page: FormView[Any], form: Form, error: Throttled) -> HttpResponse:
    """Return 429: too many wrong passwords, or too many mails."""
    seconds: float | None = getattr(error, "wait", None)
    return refused(page, form, seconds=seconds or 1, said=_("Too many attempts. Try again later."))


@method_decorator([never_cache, sensitive_post_parameters()], name="dispatch")
class ChangeEmailPage(LoginRequiredMixin, FormView[EmailForm]):
    """Asks for the new e-mail and the present password."""

    form_class = EmailForm
    template_name = "account/change_email.html"

    def form_valid(self, form: EmailForm) -> HttpResponse:
        user: Any = self.request.user
        email, password = form.cleaned_data["email"].lower(), form.cleaned_data["current_password"]
        if email == user.email:
            form.add_error("email", _("This is your e-mail already."))
            return self.form_invalid(form)
        try:
            check_current_password(user=user, password=password, request=self.request)
            request_email(user=user, email=email)
        except ValidationError as error:
            add_errors(form, error, {"current_password": "current_password"})
        except Throttled as error:
            return too_many(self, form, error)
        return self.form_invalid(form) if form.errors else redirect("account-email-sent")


@method_decorator(BY_TOKEN, name="dispatch")
class ConfirmEmailPage(FormView[ConfirmEmailForm]):
    """Asks for the present password; only the button confirms."""

    form_class = ConfirmEmailForm
    template_name = "account/confirm_email.html"

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        pending = pending_of(kwargs["token"])
        if pending is None:
            return render(request, "account/email_link_over.html")
        self.extra_context = {"new_email": pending.email}
        return super().dispatch(request, *args, **kwargs)

    def form_valid(self, form: ConfirmEmailForm) -> HttpResponse:
        try:
            person = confirm_email(
                token=self.kwargs["token"], password=form.cleaned_data["current_password"], request=self.request
            )
        except ValidationError as error:
            add_errors(form, error, {"current_password": "current_password"})
        except Conflict as error:
            form.add_error(None, str(error.detail))
        except Throttled as error:
            return too_many(self, form, error)
        if form.errors:
            return self.form_invalid(form)
        if self.request.user == person:  # where they are signed in just here, this session goes on
            update_session_auth_hash(self.request, person)
        return redirect("account-email-changed")
