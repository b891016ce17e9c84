"""How relations look in lists."""

from django.utils.safestring import SafeString
from django.utils.translation import gettext as _

from relations.models import Role, Status
from users.markup import badge

COLOURS = {
    Status.PENDING: "",
    Status.WAITLISTED: "warning",
    Status.OFFERED: "info",
    Status.CONFIRMED: "primary",
    Status.ATTENDED: "success",
    Status.NO_SHOW: "danger",
    Status.DECLINED: "",
    Status.EXPIRED: "",
    Status.CANCELLED: "",
}


def status_badge(status: str) -> SafeString:
    """Return a status as a label in its colour."""
    known = Status(status)
    return badge(known.label, COLOURS[known])


def role_word(role: str) -> str:
    """Return the word for a role."""
    return str(Role(role).label)


def status_word(status: str) -> str:
    """Return the word for a status; a first transition comes from none."""
    return str(Status(status).label) if status else _("new")
