"""Why not me? The account of one registration: how it stands, and what happened to it and around it."""

from typing import Any

from django.http import HttpRequest
from django.utils.translation import gettext_lazy

from relations.admin.markup import status_badge
from relations.admin.panels import MAY_VIEW
from relations.explanations import explain
from relations.models import Role, UserEventRelation
from users.admin.panels import Panel, with_parameters
from users.markup import moment


class WhyPanel(Panel):
    """What keeps a registration where it is, and everything that led there."""

    slug = "why"
    title = gettext_lazy("Why not me?")
    permission = MAY_VIEW
    template_name = "admin/relations/why.html"

    def content(self, request: HttpRequest, record: UserEventRelation) -> dict[str, Any]:
        user: Any = request.user
        if record.role != Role.ATTENDEE:
            return {"empty": True}
        account = explain(record, user, before=_before(request))
        zone = record.event.timezone
        return {
            "standing": account.standing,
            "badge": status_badge(record.status),
            "lines": [{"line": line, "when": moment(line.at, zone)} for line in account.lines],
            "older": with_parameters(request, before=str(account.older)) if account.older else "",
        }


def _before(request: HttpRequest) -> int | None:
    """Return the line of the ledger to go on before; None for the newest ones."""
    text = request.GET.get("before", "")
    return int(text) if text.isascii() and text.isdigit() and len(text) < 19 else None  # noqa: PLR2004  # fits a bigint
