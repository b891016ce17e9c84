"""What an event has open for those who think of coming, in words."""

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from events.models import Event
from relations.models import EventCapacity
from relations.transitions import OPEN, EventState, state_of


def opening(event: Event) -> str:
    """Return how many places are left, or what else keeps somebody from one. No query where the capacity is read."""
    state = state_of(event)
    if state == EventState.OVER:
        return _("Over")
    if state not in OPEN:
        return _("Takes nobody")
    seats = _seats(event.capacity, event)
    return f"{seats} · {_('by approval')}" if event.requires_approval else seats


def _seats(capacity: EventCapacity, event: Event) -> str:
    if event.max_capacity is None:
        return _("Places for everybody")
    if capacity.has_room():
        left = event.max_capacity - capacity.taken
        return ngettext("%(left)s place left", "%(left)s places left", left) % {"left": left}
    if not event.waitlist_enabled:
        return _("Full")
    if not capacity.waiting:
        return _("Full, with a waitlist")
    said = ngettext(
        "Full, %(waiting)s person on the waitlist", "Full, %(waiting)s people on the waitlist", capacity.waiting
    )
    return said % {"waiting": capacity.waiting}
