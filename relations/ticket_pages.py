"""The page of a ticket, for whoever has its address: the code in it is the secret, and no sign-in is asked for."""

from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.shortcuts import redirect, render
from django.utils.decorators import method_decorator
from django.utils.translation import gettext as _
from django.views.decorators.cache import never_cache
from django.views.generic import View

from api.exceptions import Conflict
from relations.calendar_pages import CALENDAR
from relations.calendars import calendar_of
from relations.models import Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE
from relations.queue import places_in_queues
from relations.registration import accept
from relations.rights import can_give_up
from relations.schedule import moment, when
from relations.services import end_relation
from relations.tickets import qr_svg, relation_of, ticket_address
from users.accounts.throttling import refused, too_often

ACCEPT, CANCEL = "accept", "cancel"


@method_decorator(never_cache, name="dispatch")
class TicketView(View):
    """What pages below a ticket's address have in common; a code that we did not make is answered with 404."""

    relation: UserEventRelation

    def dispatch(self, request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if (seconds := too_often(request, "ticket")) is not None:
            return refused(seconds)
        found = relation_of(kwargs["token"])
        if found is None:
            return render(request, "tickets/none.html", status=404)
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
            if step == ACCEPT:
                accept(relation=self.relation, actor=user, reason="accepted on the ticket's page")
            else:
                end_relation(relation=self.relation, actor=user, reason="cancelled on the ticket's page")
        except Conflict as error:
            self.relation = relation_of(token) or self.relation
            return self._show(str(error.detail), status=409)
        return redirect("ticket", token=token)

    def _show(self, error: str = "", *, status: int = 200) -> HttpResponse:
        relation = self.relation
        held = relation.status in HOLDING_A_PLACE and relation.status != Status.OFFERED
        context = {
            "relation": relation,
            "event": relation.event,
            "when": when(relation.event),
            "until": moment(relation.event, relation.offer_expires_at) if relation.offer_expires_at else "",
            "error": error,
            "steps": self._steps(),
            "place": places_in_queues([relation.pk]).get(relation.pk),
            "token": self.kwargs["token"],
            "qr": qr_svg(ticket_address(relation.pk)) if held else "",
        }
        return render(self.request, "tickets/ticket.html", context, status=status)

    def _steps(self) -> set[str]:
        """Return what the person can do, by the same rule as when they are signed in."""
        if not can_give_up(self.relation):
            return set()
        return {CANCEL, ACCEPT} if self.relation.status == Status.OFFERED else {CANCEL}


class TicketCalendar(TicketView):
    """The event as a file for a calendar."""

    def get(self, request: HttpRequest, token: str) -> HttpResponse:
        response = HttpResponse(calendar_of([self.relation.event]), content_type=CALENDAR)
        response["Content-Disposition"] = 'attachment; filename="invite.ics"'
        return response
