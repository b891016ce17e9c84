"""The pages that somebody who is signed in has of their own: what they share, and the profile."""

from typing import Any, cast

from django.contrib.auth.mixins import LoginRequiredMixin
from django.core.exceptions import ValidationError
from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.generic import View
from django.views.generic.edit import FormView

from users.accounts.forms import ProfileForm, add_errors
from users.accounts.throttling import refused, too_often
from users.models import User
from users.services import update_user


@method_decorator(never_cache, name="dispatch")
class OwnPage(LoginRequiredMixin, View):
    """A page for whoever is signed in, counted against the limit of their calls."""

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (seconds := too_often(request)) is not None:
            return refused(request, seconds)
        return super().dispatch(request, *args, **kwargs)

    @property
    def person(self) -> User:
        """The one who is signed in."""
        return cast("User", self.request.user)


class ProfilePage(OwnPage, FormView[ProfileForm]):
    """One's own profile; only what was changed is written."""

    form_class = ProfileForm
    template_name = "account/profile.html"

    def get_initial(self) -> dict[str, Any]:
        return {name: getattr(self.person, name) for name in ProfileForm.base_fields}

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        return super().get_context_data(person=self.person, saved="saved" in self.request.GET, **kwargs)

    def form_valid(self, form: ProfileForm) -> HttpResponse:
        changes = {name: form.cleaned_data[name] for name in form.changed_data}
        try:
            update_user(user=self.person, changes=changes, actor=self.person)
        except ValidationError as error:
            add_errors(form, error, {name: name for name in form.fields})
            return self.form_invalid(form)
        return redirect(f"{self.request.path}?saved")
