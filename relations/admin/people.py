"""The people of an event: those who lead it, and attendees by how they stand, each with what can be done now."""

from typing import Any

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from relations.admin.markup import role_word, status_badge
from relations.admin.panels import MAY_VIEW, adding, ending
from relations.admin.states import STATES, knows_people, numbers_by_state
from relations.admin.steps import BULK, STEPS, buttons
from relations.models import Role, Status, UserEventRelation
from relations.queue import places_in_queues
from relations.rights import leads
from relations.transitions import refusal, state_of
from users.admin.panels import Link, TablePanel, with_parameters
from users.markup import link, link_to, moment, number


class PeopleOfEvent(TablePanel):
    """The people of an event in the order of arrival; a queue in the order in which it is served."""

    slug = "people"
    title = gettext_lazy("People")
    permission = MAY_VIEW
    template_name = "admin/relations/people.html"
    stands_first = True
    headings = (
        gettext_lazy("Person"),
        gettext_lazy("Status"),
        gettext_lazy("Since"),
        "",
    )
    empty = gettext_lazy("Nobody here.")

    def content(self, request: HttpRequest, record: Event) -> dict[str, Any]:
        """Add what can be done to many; say to who may not know the people of this event that there may be some."""
        user: Any = request.user
        content = super().content(request, record)
        if not knows_people(user, record):
            content["empty"] = _("Who takes part is known to those who lead this event, to agents and administrators.")
        return {
            **content,
            "bulk": reverse("admin:events_event_bulk", args=[record.pk]),
            "bulk_steps": _for_many(request, record) if leads(user, record) else [],
            "back": request.GET.urlencode(),
        }

    def rows(self, request: HttpRequest, record: Event) -> "QuerySet[Any]":
        relations = UserEventRelation.objects.visible_to(request.user).filter(event=record)
        chosen = STATES.get(request.GET.get("state", ""))
        if chosen:
            relations = relations.filter(chosen.holds())
        served = chosen is not None and Status.WAITLISTED in chosen.statuses
        return relations.select_related("user", "event").order_by(*(("seq",) if served else ("created_at", "pk")))

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Add places in the queue, and to whom something can be done."""
        if not rows:
            return
        user: Any = request.user
        event = rows[0].event
        places = places_in_queues([row.pk for row in rows])
        led, state = leads(user, event), state_of(event)
        ends = ending(request, rows)
        ticked = led and bool(_for_many(request, event))
        for row in rows:
            row.place, row.ticked = places.get(row.pk), ticked
            steps = led and row.role == Role.ATTENDEE
            row.steps = buttons(row, state) if steps else ends.get(row.pk)

    def cells(self, request: HttpRequest, row: Any) -> list[Any]:
        return [_person(row), _standing(row), moment(row.created_at, row.event.timezone), row.steps or ""]

    def choices(self, request: HttpRequest, record: Event) -> list[Link]:
        """Return each group that has people, with its number."""
        user: Any = request.user
        numbers, chosen = numbers_by_state(record, user), request.GET.get("state", "")
        groups = [("", _("all"), numbers.total())]
        groups += [(one.slug, one.title, numbers[one.slug]) for one in STATES.values()]
        return [
            Link(f"{word} {number(many)}", with_parameters(request, state=slug, page=""), active=slug == chosen)
            for slug, word, many in groups
            if many or slug in {"", chosen}
        ]

    def actions(self, request: HttpRequest, record: Event) -> list[Link]:
        user: Any = request.user
        return adding(request, event=record) if leads(user, record) else []


def _person(row: Any) -> SafeString:
    """Return who it is, with a box to tick where something can be done to many."""
    user = row.user
    about = " · ".join(text for text in (user.email, user.company) if text)
    who = format_html('<span class="crm-who">{}<span>{}</span></span>', link(user), about)
    if not row.ticked:
        return who
    box = format_html('<input type="checkbox" name="chosen" value="{}" aria-label="{}" class="crm-tick">', row.pk, user)
    return format_html('<span class="crm-ticked">{}{}</span>', box, who)


def _standing(row: Any) -> SafeString:
    """Return how a row stands: the part of who leads, the place of who waits, until when an offer lasts."""
    if row.role != Role.ATTENDEE:
        return format_html("{} {}", link(row, role_word(row.role)), status_badge(row.status))
    badge = link_to(reverse("admin:relations_usereventrelation_change", args=[row.pk]), status_badge(row.status))
    if row.place:
        why = reverse("admin:relations_usereventrelation_panel", args=[row.pk, "why"])
        place, asked = _("place %s") % number(row.place), link_to(why, _("Why not me?"))
        return format_html('<span class="crm-standing">{} {} {}</span>', badge, place, asked)
    if row.status == Status.OFFERED and row.offer_expires_at:
        until = format_html(_("until {}"), moment(row.offer_expires_at, row.event.timezone))
        return format_html('<span class="crm-standing">{} {}</span>', badge, until)
    return badge


def _for_many(request: HttpRequest, event: Event) -> list[dict[str, Any]]:
    """Return the steps for many that can be taken from the chosen group now."""
    chosen, state = STATES.get(request.GET.get("state", "")), state_of(event)
    return [
        {"name": name, "title": STEPS[name].title}
        for name in BULK
        if chosen
        and any(
            status in STEPS[name].starts
            and refusal(role=Role.ATTENDEE, was=status, status=STEPS[name].becomes, state=state) is None
            for status in chosen.statuses
        )
    ]
