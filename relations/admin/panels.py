"""What relations show on the pages of people and events, and on their own."""

from typing import Any

from django.db.models import Count, QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from events.models import Event
from relations.admin.markup import role_word, status_badge, status_word
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.querysets import LIVE
from users.admin.panels import HISTORY, Link, TablePanel, with_parameters
from users.markup import NOTHING, link, moment, number, page_of
from users.models import User
from users.roles import Role as HeldRole

MAY_VIEW = "relations.view_usereventrelation"


def ending(request: HttpRequest, relation: UserEventRelation) -> Any:
    """Return the link that ends a relation, for who may; what was attended is put right on the relation's page."""
    user: Any = request.user
    if (
        relation.status not in LIVE
        or relation.status == Status.ATTENDED
        or not user.has_perm("relations.change_usereventrelation")
    ):
        return ""
    page = reverse("admin:relations_usereventrelation_end", args=[relation.pk])
    return format_html('<a class="crm-link" href="{}">{}</a>', page, _("End"))


def adding(request: HttpRequest, **known: Any) -> list[Link]:
    """Return the button that adds a relation, for who may."""
    user: Any = request.user
    if not user.has_perm("relations.add_usereventrelation"):
        return []
    query = "&".join(f"{name}={record.pk}" for name, record in known.items())
    page = reverse("admin:relations_usereventrelation_add")
    return [Link(_("Add a person") if "event" in known else _("Add to an event"), f"{page}?{query}", icon="person_add")]


class EventsOfPerson(TablePanel):
    """The events of a person: what they own, host and attend, the latest first."""

    slug = "events"
    title = gettext_lazy("Events")
    permission = MAY_VIEW
    headings = (
        gettext_lazy("Event"),
        gettext_lazy("Start"),
        gettext_lazy("Venue"),
        gettext_lazy("Role"),
        gettext_lazy("Status"),
        "",
    )
    empty = gettext_lazy("This person has no part in any event that you may know the people of.")

    def rows(self, request: HttpRequest, record: User) -> "QuerySet[Any]":
        relations = UserEventRelation.objects.visible_to(request.user).filter(user=record)
        if (role := request.GET.get("role")) in Role.values:
            relations = relations.filter(role=role)
        return relations.select_related("event").order_by("-event__start_at", "pk")

    def cells(self, request: HttpRequest, row: UserEventRelation) -> list[Any]:
        event = row.event
        start = moment(event.start_at, event.timezone)
        ends = ending(request, row)
        return [
            link(event),
            start,
            event.venue or NOTHING,
            link(row, role_word(row.role)),
            status_badge(row.status),
            ends,
        ]

    def choices(self, request: HttpRequest, record: User) -> list[Link]:
        return by_role(request)

    def actions(self, request: HttpRequest, record: User) -> list[Link]:
        return adding(request, user=record)


def by_role(request: HttpRequest) -> list[Link]:
    """Return the links that narrow a panel to one role."""
    chosen = request.GET.get("role", "")
    return [
        Link(word, with_parameters(request, role=role, page=""), active=chosen == role)
        for role, word in (("", _("all")), *((value, label) for value, label in Role.choices))
    ]


class PeopleOfEvent(TablePanel):
    """The people of an event by role and status, in the order of arrival."""

    slug = "people"
    title = gettext_lazy("People")
    permission = MAY_VIEW
    headings = (
        gettext_lazy("Person"),
        gettext_lazy("E-mail"),
        gettext_lazy("Company"),
        gettext_lazy("Role"),
        gettext_lazy("Status"),
        gettext_lazy("Since"),
        "",
    )
    empty = gettext_lazy("Nobody here.")

    def content(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Say to who may not know the people of this event that there may be some."""
        content = super().content(request, record)
        user: Any = request.user
        if not (user.holds(HeldRole.ADMIN, HeldRole.AGENT) or _leads(user, record)):
            content["empty"] = _("Who takes part is known to those who lead this event, to agents and administrators.")
        return content

    def rows(self, request: HttpRequest, record: Event) -> "QuerySet[Any]":
        relations = UserEventRelation.objects.visible_to(request.user).filter(event=record)
        role, _space, status = request.GET.get("as", "").partition(" ")
        if role in Role.values:
            relations = relations.filter(role=role)
        if status in Status.values:
            relations = relations.filter(status=status)
        return relations.select_related("user").order_by("created_at", "pk")

    def cells(self, request: HttpRequest, row: UserEventRelation) -> list[Any]:
        user = row.user
        role = link(row, role_word(row.role))
        about = [link(user), user.email or NOTHING, user.company or NOTHING, role, status_badge(row.status)]
        return [*about, moment(row.created_at), ending(request, row)]

    def choices(self, request: HttpRequest, record: Event) -> list[Link]:
        """Return each role and status that occurs, with its number: one query over the index."""
        relations = UserEventRelation.objects.visible_to(request.user).filter(event=record)
        counted = relations.order_by("role", "status").values_list("role", "status").annotate(Count("pk"))
        groups = [
            (f"{role} {status}", f"{role_word(role)}, {status_word(status)}", many) for role, status, many in counted
        ]
        total = sum(many for *_group, many in groups)
        chosen = request.GET.get("as", "")
        return [
            Link(f"{word} {number(many)}", with_parameters(request, **{"as": name, "page": ""}), active=name == chosen)
            for name, word, many in (("", _("all"), total), *groups)
        ]

    def actions(self, request: HttpRequest, record: Event) -> list[Link]:
        user: Any = request.user
        return adding(request, event=record) if _leads(user, record) else []


def _leads(user: User, event: Event) -> bool:
    return Event.objects.editable_by(user).filter(pk=event.pk).exists()


class LedgerPanel(TablePanel):
    """Every change of a relation's status: when, by whom and why."""

    slug = HISTORY
    title = gettext_lazy("Ledger")
    permission = MAY_VIEW
    headings = (gettext_lazy("When"), gettext_lazy("From"), gettext_lazy("To"), gettext_lazy("By"), gettext_lazy("Why"))

    def rows(self, request: HttpRequest, record: UserEventRelation) -> "QuerySet[Any]":
        return RelationTransition.objects.filter(relation=record).select_related("actor").order_by("-pk")

    def cells(self, request: HttpRequest, row: RelationTransition) -> list[Any]:
        actor = link(row.actor) if row.actor else _("the system")
        return [moment(row.at), status_word(row.from_status), status_badge(row.to_status), actor, row.reason]


def people_page(event: Event) -> str:
    """Return the address of an event's people."""
    return page_of(event).removesuffix("change/") + "panel/people/"
