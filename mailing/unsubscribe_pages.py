"""The pages to which mail to many links: unsubscribing without sign-in, and choosing what one gets.

Fetching them changes nothing: programs that check mail fetch its links. A POST unsubscribes, whoever sends it: mail
programs do so by RFC 8058, without a cookie, and the token is proof enough of who may. None of these is counted against
a limit: providers post for thousands of people from one address, and to turn one away would be to mail them again.
"""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.decorators import method_decorator
from django.views.decorators.cache import never_cache
from django.views.decorators.csrf import csrf_exempt
from django.views.generic import View

from mailing.leaving import Leaving, leaving_of, masked
from mailing.models import OptOutSource
from mailing.preference_forms import store_choices
from mailing.preferences import Door, Topic, does_without, opt_in, opt_out, preferences_of, topic_of

ONE_CLICK = ("List-Unsubscribe", "One-Click")


@method_decorator([csrf_exempt, never_cache], name="dispatch")
class LeavingView(View):
    """What both pages have in common; a token that is not ours, or whose person is gone, is answered with 404."""

    leaving: Leaving

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        found = leaving_of(kwargs["token"])
        if found is None:
            return _kept_quiet(render(request, "unsubscribe/none.html", status=404))
        self.leaving = found
        return _kept_quiet(super().dispatch(request, *args, **kwargs))

    @property
    def topic(self) -> Topic:
        """What one click unsubscribes from."""
        return topic_of(self.leaving.campaign)

    def door(self, source: OptOutSource = OptOutSource.PAGE) -> Door:
        """Return by which door it is said."""
        return Door(source, campaign=self.leaving.campaign)

    def show(self, template: str, **context: Any) -> HttpResponse:
        shared = {"token": self.kwargs["token"], "address": masked(self.leaving.address), "topic": self.topic}
        return render(self.request, f"unsubscribe/{template}.html", {**shared, **context})


def _kept_quiet(response: HttpResponseBase) -> HttpResponseBase:
    """Have browsers tell nobody the address of the page."""
    response["Referrer-Policy"] = "no-referrer"
    response["X-Robots-Tag"] = "noindex, nofollow"
    return response


class UnsubscribePage(LeavingView):
    """Says who would be unsubscribed and from what; a POST does it, and says so."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        person, topic = self.leaving.person, self.topic
        return self.show("done" if does_without(person, topic) else "ask")

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        name, value = ONE_CLICK
        source = OptOutSource.ONE_CLICK if request.POST.get(name) == value else OptOutSource.PAGE
        opt_out(user=self.leaving.person, topic=self.topic, door=self.door(source))
        return self.show("done")


class PreferencesPage(LeavingView):
    """All that the person can choose, to be saved; or the undoing of the unsubscribing."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        preferences = preferences_of(self.leaving.person, viewer=None, about=self.leaving.campaign)
        return self.show("preferences", preferences=preferences, saved="saved" in request.GET)

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        person = self.leaving.person
        if "undo" in request.POST:
            opt_in(user=person, topic=self.topic, door=self.door())
        else:
            store_choices(request.POST, user=person, door=self.door(), about=self.leaving.campaign)
        return redirect(f"{reverse('unsubscribe-preferences', args=[token])}?saved")
