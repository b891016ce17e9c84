"""How events look in lists."""

from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from events.models import Event, EventStatus
from users.markup import badge, bar, number

STATUS_COLOURS = {
    EventStatus.DRAFT: "",
    EventStatus.ACTIVE: "success",
    EventStatus.CANCELLED: "danger",
    EventStatus.COMPLETED: "info",
}
NEARLY_FULL = 0.8


def status_badge(event: Event) -> SafeString:
    """Return the event's status as a label."""
    return badge(event.get_status_display(), STATUS_COLOURS[EventStatus(event.status)])


def capacity_bar(capacity: int | None, taken: int, waiting: int) -> SafeString:
    """Return how many seats are taken, of how many (if there is a limit), and how many people wait."""
    text = number(taken) if capacity is None else f"{number(taken)} / {number(capacity)}"
    if waiting:
        text += " · " + _("%s waiting") % number(waiting)
    if capacity is None:
        return format_html('<span class="crm-meter">{}</span>', text)
    share = taken / capacity if capacity else 1.0
    colour = "danger" if share >= 1 else "warning" if share >= NEARLY_FULL else "primary"
    return bar([(min(taken, capacity), colour, _("taken"))], capacity, text)
