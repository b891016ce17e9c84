"""Who may give whom a part in what: what querysets cannot say, since there is no relation yet."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from events.models import Event
from relations.models import Role
from users.models import User
from users.roles import Role as HeldRole


def refuse_unless_may_add(*, actor: User, user: User, event: Event, role: str, status: str | None) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` may give ``user`` this part in ``event``.

    Administrators may for all events, organizers for those they own or host, and everybody may register themselves,
    without a say in what becomes of it.
    """
    if actor.holds(HeldRole.ADMIN):
        return
    if actor.holds(HeldRole.ORGANIZER) and Event.objects.editable_by(actor).filter(pk=event.pk).exists():
        return
    if user.pk != actor.pk or role != Role.ATTENDEE or status is not None:
        raise PermissionDenied(
            _("You can register yourself, as attendee and without a status; others only for events that you lead.")
        )
