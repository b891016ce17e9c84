"""The first page of somebody's account: the events in which they have a part."""

from typing import Any

from django.views.generic import TemplateView

from api.ordering import Ordering, Orderings
from events.models import Event
from relations.event_pages import ROWS, page_of
from relations.models import Status, UserEventRelation
from relations.querysets import LIVE
from relations.queue import places_in_queues
from relations.schedule import when
from users.accounts.own_pages import OwnPage
from users.models import User

# One person's parts are few, and are found by their person: no index has this key.
PARTS: Orderings = {"start_at": Ordering("event__start_at")}


class OwnEventsPage(OwnPage, TemplateView):
    """One's own parts in events to come, the soonest first, or (``past``) in those that are over, the latest first.

    What ended before its event stands below (``ended``), on the first page alone.
    """

    template_name = "account/home.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        past = "past" in self.request.GET
        parts, ahead = _parts(self.person), _parts(self.person).ahead()
        page = page_of(
            self.request, parts.behind() if past else ahead.live(), PARTS, "-start_at" if past else "start_at"
        )
        is_first = not past and "cursor" not in self.request.GET
        ended = ahead.exclude(status__in=LIVE).order_by("event__start_at", "pk")[:ROWS] if is_first else []
        return super().get_context_data(
            person=self.person, past=past, page=page, rows=_rows(page.rows), ended=_rows(list(ended)), **kwargs
        )


def _parts(person: User) -> Any:
    seen = Event.objects.visible_to(person).order_by().values("pk")
    own = UserEventRelation.objects.visible_to(person).filter(user=person, event__in=seen)
    return own.latest_of_each().select_related("event")


def _rows(parts: list[UserEventRelation]) -> list[dict[str, Any]]:
    places = places_in_queues([part.pk for part in parts if part.status == Status.WAITLISTED])
    return [
        {"event": part.event, "when": when(part.event), "relation": part, "place": places.get(part.pk)}
        for part in parts
    ]
