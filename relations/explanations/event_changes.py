"""What was changed of an event that decides who gets in, from the history of its record."""

from collections.abc import Callable, Iterator
from itertools import pairwise
from typing import Any

from django.utils.translation import gettext as _

from events.models import Event, EventStatus
from relations.explanations.lines import Line

# An event that was changed more often than that shows the latest changes alone.
MOST = 500


def changes_of(event: Event) -> list[Line]:
    """Return the changes, the newest first. One query."""
    fields = ("pgh_created_at", "max_capacity", "offer_minutes", "requires_approval", "waitlist_enabled", "status")
    entries = list(event.history.order_by("-pgh_id").values(*fields)[:MOST])
    return [line for now, before in pairwise(entries) for line in _between(before, now)]


def _between(before: dict[str, Any], now: dict[str, Any]) -> Iterator[Line]:
    said: dict[str, Callable[[Any, Any], tuple[str, str]]] = {
        "status": _status,
        "max_capacity": _capacity,
        "offer_minutes": _offers,
        "requires_approval": _approval,
        "waitlist_enabled": _waitlist,
    }
    for name, say in said.items():
        if before[name] != now[name]:
            kind, text = say(before[name], now[name])
            yield Line(at=now["pgh_created_at"], kind=kind, text=text)


def _status(_before: str, now: str) -> tuple[str, str]:
    return f"event_{now}", _("The event became %s.") % EventStatus(now).label


def _capacity(before: int | None, now: int | None) -> tuple[str, str]:
    if now is None:
        return "capacity_raised", _("The capacity became unlimited.")
    if before is None:
        return "capacity_cut", _("The capacity became %(now)s, from unlimited.") % {"now": now}
    words = {"before": before, "now": now}
    if now > before:
        return "capacity_raised", _("The capacity was raised from %(before)s to %(now)s.") % words
    return "capacity_cut", _("The capacity was cut from %(before)s to %(now)s; nobody lost a place by that.") % words


def _offers(_before: int | None, now: int | None) -> tuple[str, str]:
    if now is None:
        return "offers_changed", _("Places that become free are given at once from now on.")
    return "offers_changed", _("Places that become free are offered for %(minutes)s minutes from now on.") % {
        "minutes": now
    }


def _approval(_before: bool, now: bool) -> tuple[str, str]:  # noqa: FBT001  # the values of a column
    return "approval_changed", (_("Registrations want approval from now on.") if now else _("No approval is needed."))


def _waitlist(_before: bool, now: bool) -> tuple[str, str]:  # noqa: FBT001  # as above
    return "waitlist_changed", (_("The waitlist was opened.") if now else _("The waitlist was closed to newcomers."))
