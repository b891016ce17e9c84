"""The page of a ticket, for whoever has its address: the code in it is the secret, and no sign-in is asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from api.exceptions import Conflict, Unavailable
from events.models import EventStatus
from relations.calendar_pages import CALENDAR
from relations.calendars import calendar_for
from relations.models import Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE, LIVE
from relations.queue import places_in_queues
from relations.registration import accept
from relations.rights import can_give_up
from relations.schedule import moment, when
from relations.services import end_relation
from relations.tickets import qr_svg, relation_of, ticket_address
from relations.turns import turn_at
from users.accounts.throttling import refused, too_often

ACCEPT, CANCEL = "accept", "cancel"


@method_decorator(never_cache, name="dispatch")
class TicketView(View):
    """What pages below a ticket's address have in common.

    A code that we did not make is answered with 404, and so is the ticket of a draft, which is nobody's to see.
    """

    relation: UserEventRelation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (seconds := too_often(request, "ticket")) is not None:
            return refused(request, seconds)
        found = relation_of(kwargs["token"])
        if found is None or found.event.status == EventStatus.DRAFT:
            return render(request, "tickets/none.html", {"withdrawn": found is not None}, status=404)
        self.relation = found
        response = super().dispatch(request, *args, **kwargs)
        response["X-Robots-Tag"] = "noindex, nofollow"
        return response


class TicketPage(TicketView):
    """Shows the ticket; its buttons cancel the registration, and accept or turn down an offer."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        return self._show()

    def post(self, request: HttpRequest, token: str) -> HttpResponse:
        step = request.POST.get("step")
        if step not in self._steps():
            return self._show(_("That is not possible any more: this is how your registration stands."), status=409)
        user = self.relation.user
        try:
            with turn_at(self.relation.event_id, leads=False):
                if step == ACCEPT:
                    accept(relation=self.relation, actor=user, reason="accepted on the ticket's page")
                else:
                    end_relation(relation=self.relation, actor=user, reason="cancelled on the ticket's page")
        except Conflict as error:
            self.relation = relation_of(token) or self.relation
            return self._show(str(error.detail), status=409)
        except Unavailable as error:
            return self._show(str(error.detail), status=503, again=error.wait)
        return redirect("ticket", token=token)

    def _show(self, error: str = "", *, status: int = 200, again: int = 0) -> HttpResponse:
        relation = self.relation
        held = relation.status in HOLDING_A_PLACE and relation.status != Status.OFFERED
        context = {
            "relation": relation,
            "event": relation.event,
            "when": when(relation.event),
            "until": moment(relation.event, relation.offer_expires_at) if relation.offer_expires_at else "",
            "error": error,
            "again": again,
            "steps": self._steps(),
            "place": places_in_queues([relation.pk]).get(relation.pk),
            "token": self.kwargs["token"],
            "is_live": relation.status in LIVE,
            "qr": qr_svg(ticket_address(relation.pk)) if held else "",
        }
        response = render(self.request, "tickets/ticket.html", context, status=status)
        if again:
            response["Retry-After"] = str(again)
        return response

    def _steps(self) -> set[str]:
        """Return what the person can do, by the same rule as when they are signed in."""
        if not can_give_up(self.relation):
            return set()
        return {CANCEL, ACCEPT} if self.relation.status == Status.OFFERED else {CANCEL}


class TicketCalendar(TicketView):
    """The event as a file for a calendar."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        response = HttpResponse(calendar_for([(self.relation.event, self.relation.status)]), content_type=CALENDAR)
        response["Content-Disposition"] = 'attachment; filename="invite.ics"'
        return response
