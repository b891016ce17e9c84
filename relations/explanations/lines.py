"""The lines of an account: what each change of the ledger, and of the event, is called and says."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from django.utils.translation import gettext_noop

from relations.models import RelationTransition, Status

REGISTERED = ""


@dataclass(frozen=True)
class Line:
    """One thing that happened. ``seq`` says to whom, by their number in the order of arrival; None: to the event.

    The text numbers attendees alone, since nobody thinks of owner and hosts as registered. ``place_of`` is whose place
    they got, ``went_to`` who got theirs. ``name``, ``user_id`` and, but for one's own, ``reason`` are empty for a
    viewer who may not know of that registration. ``id`` is that of the line in the ledger.
    """

    at: datetime
    kind: str
    text: str
    id: int | None = None
    seq: int | None = None
    is_own: bool = False
    user_id: UUID | None = None
    name: str = ""
    reason: str = ""
    place_of: int | None = None
    went_to: int | None = None


# What a change of status is called, and what it says.
CHANGES: dict[tuple[str, str], tuple[str, str]] = {
    (REGISTERED, Status.CONFIRMED): ("registered", gettext_noop("%(who)s registered and got a place at once.")),
    (REGISTERED, Status.WAITLISTED): (
        "queued",
        gettext_noop("%(who)s registered when no place was free, and joined the queue."),
    ),
    (REGISTERED, Status.PENDING): ("asked", gettext_noop("%(who)s registered and asked for approval.")),
    (Status.PENDING, Status.CONFIRMED): ("approved", gettext_noop("%(who)s got approval and a place.")),
    (Status.PENDING, Status.WAITLISTED): (
        "approved",
        gettext_noop("%(who)s got approval when no place was free, and joined the queue by the order of arrival."),
    ),
    (Status.PENDING, Status.DECLINED): ("declined", gettext_noop("%(who)s got no approval.")),
    (Status.PENDING, Status.CANCELLED): ("withdrew", gettext_noop("%(who)s no longer asks for approval.")),
    (Status.WAITLISTED, Status.CONFIRMED): ("promoted", gettext_noop("%(who)s got a place.")),
    (Status.WAITLISTED, Status.OFFERED): ("offered", gettext_noop("%(who)s got the offer of a place.")),
    (Status.WAITLISTED, Status.CANCELLED): ("left_queue", gettext_noop("%(who)s left the queue.")),
    (Status.OFFERED, Status.CONFIRMED): ("accepted", gettext_noop("%(who)s accepted the offer.")),
    (Status.OFFERED, Status.CANCELLED): ("turned_down", gettext_noop("%(who)s turned the offer down.")),
    (Status.OFFERED, Status.EXPIRED): ("expired", gettext_noop("%(who)s did not accept the offer in time.")),
    (Status.CONFIRMED, Status.CANCELLED): ("left", gettext_noop("%(who)s gave a place up.")),
    (Status.ATTENDED, Status.CANCELLED): ("left", gettext_noop("%(who)s gave a place up.")),
    (Status.CONFIRMED, Status.ATTENDED): ("checked_in", gettext_noop("%(who)s came.")),
    (Status.OFFERED, Status.ATTENDED): ("checked_in", gettext_noop("%(who)s came, with the offer of a place.")),
    (Status.ATTENDED, Status.CONFIRMED): ("undone", gettext_noop("%(who)s had the check-in taken back.")),
    (Status.CONFIRMED, Status.NO_SHOW): ("no_show", gettext_noop("%(who)s did not come.")),
    (Status.ATTENDED, Status.NO_SHOW): ("no_show", gettext_noop("%(who)s did not come.")),
}
OTHERWISE = ("changed", gettext_noop("%(who)s became %(status)s."))
GOT_PLACE_OF = _("It is the one that %(other)s gave up.")
WENT_TO = _("It went to %(other)s.")
YOU = _("You")
REGISTRATION = _("registration %(number)s")


def change_of(line: RelationTransition) -> tuple[str, str]:
    """Return what a line of the ledger is called, and what it says of ``who``."""
    return CHANGES.get((line.from_status, line.to_status), OTHERWISE)
