"""The pages on which somebody finds an event, registers and cancels; they know of no event that the API hides."""

from typing import Any
from uuid import UUID

from django.core.exceptions import BadRequest
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.generic import TemplateView

from api.exceptions import Conflict, InvalidInput, Unavailable
from api.ordering import Orderings, sort_named
from api.pages import Page, keyset_page
from events.filters import event_orderings
from events.models import Event, EventStatus
from relations.models import Role, Status, UserEventRelation
from relations.openings import opening
from relations.own_steps import own_registration, own_steps, take_own_step
from relations.querysets import HOLDING_A_PLACE, LIVE
from relations.queue import places_in_queues
from relations.schedule import moment, when
from relations.tickets import ticket_code
from relations.turns import turn_at
from users.accounts.own_pages import OwnPage
from users.models import User

ROWS = 20


def page_of(request: HttpRequest, rows: "QuerySet[Any, Any]", orderings: Orderings, ordering: str) -> Page:
    """Return the page of ``rows`` that the address asks for (one query). Raises ``BadRequest`` for a strange cursor."""
    try:
        return keyset_page(rows, sort_named(ordering, orderings), limit=ROWS, cursor=request.GET.get("cursor"))
    except InvalidInput as error:
        raise BadRequest("The address has a strange cursor.") from error


class EventsPage(OwnPage, TemplateView):
    """Active events to come, the soonest first, each with one's own part in it."""

    template_name = "account/events.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        events = Event.objects.visible_to(self.person).filter(status=EventStatus.ACTIVE).upcoming()
        page = page_of(self.request, events.select_related("capacity"), event_orderings, "start_at")
        return super().get_context_data(page=page, rows=_rows(self.person, page.rows), **kwargs)


def _rows(person: User, events: list[Event]) -> list[dict[str, Any]]:
    """Return what the list says of ``events`` (two queries, however many they are)."""
    own = UserEventRelation.objects.visible_to(person).filter(user=person, role=Role.ATTENDEE, event__in=events)
    relations = {relation.event_id: relation for relation in own.latest_of_each()}
    places = places_in_queues([one.pk for one in relations.values() if one.status == Status.WAITLISTED])
    rows = []
    for event in events:
        relation = relations.get(event.pk)
        place = places.get(relation.pk) if relation else None
        rows.append(
            {"event": event, "when": when(event), "opening": opening(event), "relation": relation, "place": place}
        )
    return rows


class EventPage(OwnPage):
    """One event; its buttons register, cancel, accept an offer and turn it down."""

    def get(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002  # as in every address
        return self._show(self._event())

    def post(self, request: HttpRequest, id: UUID) -> HttpResponse:  # noqa: A002  # as in every address
        event, step = self._event(), request.POST.get("step", "")
        try:
            with turn_at(event.pk, leads=False):
                take_own_step(step=step, user=self.person, event=event, reason="by themselves on the event's page")
        except Conflict as error:
            return self._show(self._event(), str(error.detail), status=409)
        except Unavailable as error:
            return self._show(self._event(), str(error.detail), status=503, again=error.wait)
        return redirect("account-event", id=event.pk)

    def _event(self) -> Event:
        events = Event.objects.visible_to(self.person).select_related("capacity")
        return get_object_or_404(events, pk=self.kwargs["id"])

    def _show(self, event: Event, error: str = "", *, status: int = 200, again: int = 0) -> HttpResponse:
        relation = own_registration(self.person, event)
        context = {
            "event": event,
            "when": when(event),
            "opening": opening(event),
            "error": error,
            "again": again,
            "relation": relation,
            "steps": own_steps(event, relation),
            **(_standing(relation) if relation else {}),
        }
        response = render(self.request, "account/event.html", context, status=status)
        if again:
            response["Retry-After"] = str(again)
        return response


def _standing(relation: UserEventRelation) -> dict[str, Any]:
    """Return what the page says of somebody's registration."""
    offered = relation.status == Status.OFFERED
    return {
        "place": places_in_queues([relation.pk]).get(relation.pk),
        "until": moment(relation.event, relation.offer_expires_at) if offered and relation.offer_expires_at else "",
        "token": ticket_code(relation.pk) if relation.status in LIVE else "",
        "has_ticket": relation.status in HOLDING_A_PLACE and not offered,
    }
