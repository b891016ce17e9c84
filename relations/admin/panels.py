"""What relations show on the pages of people, and on their own."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import reverse
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from relations.admin.markup import role_word, status_badge, status_word
from relations.insights.show_rates import ShrunkRate, show_rate_of_person
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.querysets import LIVE
from users.admin.panels import HISTORY, Link, TablePanel, with_parameters
from users.markup import NOTHING, link, link_to, moment, number
from users.models import User

MAY_VIEW = "relations.view_usereventrelation"


def ending(request: HttpRequest, rows: Sequence[UserEventRelation]) -> dict[UUID, SafeString]:
    """Return the links that end those of ``rows`` that the caller may end: one query.

    What was attended is put right on the relation's page.
    """
    user: Any = request.user
    live = [row.pk for row in rows if row.status in LIVE and row.status != Status.ATTENDED]
    if not live or not user.has_perm("relations.change_usereventrelation"):
        return {}
    mine = UserEventRelation.objects.editable_by(user).filter(pk__in=live).values_list("pk", flat=True)
    return {key: link_to(reverse("admin:relations_usereventrelation_end", args=[key]), _("End")) for key in mine}


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

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Add the link that ends a part, where it would."""
        ends = ending(request, rows)
        for row in rows:
            row.end = ends.get(row.pk, "")

    def cells(self, request: HttpRequest, row: Any) -> list[Any]:
        event = row.event
        start = moment(event.start_at, event.timezone)
        return [
            link(event),
            start,
            event.venue or NOTHING,
            link(row, role_word(row.role)),
            status_badge(row.status),
            row.end,
        ]

    def content(self, request: HttpRequest, record: User) -> dict[str, Any]:
        """Add how often this person comes, as far as the caller may know of it."""
        caller: Any = request.user
        return {**super().content(request, record), "note": _how_often(show_rate_of_person(record, caller))}

    def choices(self, request: HttpRequest, record: User) -> list[Link]:
        return by_role(request)

    def actions(self, request: HttpRequest, record: User) -> list[Link]:
        return adding(request, user=record)


def _how_often(found: ShrunkRate | None) -> str:
    """Return the sentence on how often somebody comes; nothing where nothing is known."""
    if found is None:
        return ""
    return _("Came to %(attended)s of %(n)s; likely to come to the next with %(rate)s (everybody: %(overall)s).") % {
        "attended": number(found.attended),
        "n": number(found.n),
        "rate": f"{found.rate:.0%}",
        "overall": f"{found.overall:.0%}",
    }


def by_role(request: HttpRequest) -> list[Link]:
    """Return the links that narrow a panel to one role."""
    chosen = request.GET.get("role", "")
    return [
        Link(word, with_parameters(request, role=role, page=""), active=chosen == role)
        for role, word in (("", _("all")), *((value, label) for value, label in Role.choices))
    ]


class LedgerPanel(TablePanel):
    """Every change of a relation's status: when, by whom and why."""

    slug = HISTORY
    title = gettext_lazy("Ledger")
    permission = MAY_VIEW
    headings = (gettext_lazy("When"), gettext_lazy("From"), gettext_lazy("To"), gettext_lazy("By"), gettext_lazy("Why"))

    def rows(self, request: HttpRequest, record: UserEventRelation) -> "QuerySet[Any]":
        return (
            RelationTransition.objects.filter(relation=record)
            .select_related("actor", "relation__event")
            .order_by("-pk")
        )

    def cells(self, request: HttpRequest, row: RelationTransition) -> list[Any]:
        actor = link(row.actor) if row.actor else _("the system")
        at = moment(row.at, row.relation.event.timezone)
        return [at, status_word(row.from_status), status_badge(row.to_status), actor, row.reason]
