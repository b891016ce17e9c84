"""The page of somebody's account on which they choose what mail they get."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.views.generic import TemplateView

from mailing.models import OptOutSource
from mailing.preference_forms import store_choices
from mailing.preferences import Door, preferences_of
from users.accounts.own_pages import OwnPage


class MailPage(OwnPage, TemplateView):
    """What one gets of mail to many."""

    template_name = "account/mail.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        saved = "saved" in self.request.GET
        return super().get_context_data(
            person=self.person, preferences=preferences_of(self.person, viewer=self.person), saved=saved, **kwargs
        )

    def post(self, request: HttpRequest) -> HttpResponse:
        store_choices(request.POST, user=self.person, door=Door(OptOutSource.ACCOUNT, by=self.person))
        return redirect(f"{request.path}?saved")
