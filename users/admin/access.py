"""Who can see a record, and by which rule: ``visible_to`` and ``editable_by`` read the other way round."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.utils.html import format_html_join
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from users.admin.changelist import capped_count
from users.admin.panels import ACCESS, Panel
from users.markup import NOTHING, link, number, yes_or_no
from users.models import User
from users.roles import STAFF_ROLES, Role

NAMED = 5
COUNTED_AT_MOST = 1_000


@dataclass(frozen=True, slots=True)
class Access:
    """Some people, what they may do with a record, and the rule that says so."""

    who: str
    people: "QuerySet[User]"
    why: str
    changes: bool = False


def holding(*roles: Role) -> "QuerySet[User]":
    """Return the active people who hold one of ``roles``; superusers hold ``admin``."""
    held = Q(pk__in=User.objects.filter(groups__name__in=roles).values("pk"))
    return User.objects.filter(held | Q(is_superuser=True) if Role.ADMIN in roles else held, is_active=True)


def administrators() -> Access:
    """Return the line of those who may do everything."""
    return Access(_("Administrators"), holding(Role.ADMIN), _("The role admin reaches everything."), changes=True)


def others_holding(role: Role, *higher: Role) -> "QuerySet[User]":
    """Return the active people who hold ``role`` and none of ``higher``, whose lines come before."""
    return holding(role).exclude(pk__in=holding(*higher).values("pk"))


class AccessPanel(Panel):
    """A tab that names who can see the record and who can change it, each with the reason."""

    slug = ACCESS
    title = gettext_lazy("Who can see this")
    headings: ClassVar[Sequence[Any]] = (
        gettext_lazy("Who"),
        gettext_lazy("People"),
        gettext_lazy("Changes it"),
        gettext_lazy("Why"),
    )

    def lines(self, record: Any) -> list[Access]:
        """Return who can see ``record``; whoever is in no line cannot."""
        raise NotImplementedError

    def content(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        rows = [[line.who, _named(line.people), yes_or_no(line.changes), line.why] for line in self.lines(record)]
        return {"table": {"headers": self.headings, "rows": rows}}


class PersonAccess(AccessPanel):
    """Who can see a person."""

    permission = "users.view_user"

    def lines(self, record: User) -> list[Access]:
        staff = _("The roles organizer and agent read and edit all people.")
        if not User.objects.contacts().filter(pk=record.pk).exists():
            limit = _("E-mail, sign-in and external id of this person only administrators and they themselves.")
            staff = f"{staff} {limit}"
        own = User.objects.filter(pk=record.pk, is_active=True).exclude(pk__in=holding(*STAFF_ROLES).values("pk"))
        return [
            administrators(),
            Access(_("Organizers"), others_holding(Role.ORGANIZER, Role.ADMIN), staff, changes=True),
            Access(_("Agents"), others_holding(Role.AGENT, Role.ADMIN, Role.ORGANIZER), staff, changes=True),
            Access(
                _("The person"), own, _("Everybody reads and edits their own record once they sign in."), changes=True
            ),
        ]


def _named(people: "QuerySet[User]") -> SafeString | str:
    """Return links to the first few, and how many more there are."""
    first = list(people.order_by("pk")[:NAMED])
    shown = format_html_join(", ", "{}", ((link(one),) for one in first))
    more = capped_count(people, COUNTED_AT_MOST) - len(first) if len(first) == NAMED else 0
    if more <= 0:
        return shown or NOTHING
    rest = ngettext("and %(number)s more", "and %(number)s more", more) % {"number": number(more)}
    return format_html_join(" ", "{}", ((shown,), (rest,)))
