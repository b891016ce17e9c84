"""The people of an event by how they stand: the groups that the desk and its tab of people are made of."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, QueryDict
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from events.models import Event
from relations.models import Role, Status, UserEventRelation
from relations.rights import leads
from users.models import User
from users.roles import Role as HeldRole

ENDED = "ended"
LEADING = "leading"


@dataclass(frozen=True, slots=True)
class State:
    """A group of an event's people: some statuses of attendees, or those who lead."""

    slug: str
    title: Any
    statuses: Sequence[str] = ()
    icon: str = "group"

    def holds(self) -> Q:
        """Return the condition for a relation to be in the group."""
        if self.slug == LEADING:
            return ~Q(role=Role.ATTENDEE)
        return Q(role=Role.ATTENDEE, status__in=self.statuses)


STATES: Mapping[str, State] = {
    state.slug: state
    for state in (
        State("pending", _("pending"), [Status.PENDING], "hourglass_top"),
        State("confirmed", _("confirmed"), [Status.CONFIRMED], "event_available"),
        State("offered", _("offered"), [Status.OFFERED], "local_offer"),
        State("waitlisted", _("waitlisted"), [Status.WAITLISTED], "format_list_numbered"),
        State("attended", _("attended"), [Status.ATTENDED], "how_to_reg"),
        State("no-show", _("no-show"), [Status.NO_SHOW], "person_off"),
        State(ENDED, _("ended"), [Status.CANCELLED, Status.DECLINED, Status.EXPIRED], "person_remove"),
        State(LEADING, _("owner and hosts"), icon="badge"),
    )
}
_OF_STATUS = {status: state.slug for state in STATES.values() for status in state.statuses}


def numbers_by_state(event: Event, user: User) -> Counter[str]:
    """Return how many of those that ``user`` may know of are in each group: one query over the index."""
    relations = UserEventRelation.objects.visible_to(user).filter(event=event)
    numbers: Counter[str] = Counter()
    for role, status, many in relations.order_by().values_list("role", "status").annotate(Count("pk")):
        numbers[state_of_row(role, status)] += many
    return numbers


def state_of_row(role: str, status: str) -> str:
    """Return the slug of the group that a role and a status belong to."""
    return _OF_STATUS[status] if role == Role.ATTENDEE else LEADING


def knows_people(user: User, event: Event) -> bool:
    """Tell whether ``user`` may know all who take part, which is more than their own part."""
    return user.holds(HeldRole.ADMIN, HeldRole.AGENT) or leads(user, event)


def people_page(event: Event, state: str = "", page: str = "") -> str:
    """Return the address of an event's people, or of a page of one group of them."""
    query = "&".join(f"{name}={value}" for name, value in (("state", state), ("page", page)) if value)
    return reverse("admin:events_event_panel", args=[event.pk, "people"]) + (f"?{query}" if query else "")


def asked_page(request: HttpRequest, event: Event) -> str:
    """Return the page of people whose query a form names as ``back``; nothing else of it is followed."""
    query = QueryDict(request.POST.get("back", ""))
    state, page = query.get("state", ""), query.get("page", "")
    return people_page(event, state if state in STATES else "", page if page.isascii() and page.isdigit() else "")


def desk_page(event: Event) -> str:
    """Return the address of an event's desk."""
    return reverse("admin:events_event_panel", args=[event.pk, "desk"])
