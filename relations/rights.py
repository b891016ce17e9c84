"""Who may do what with relations: what querysets cannot say, since there is no relation yet, or only some steps."""

from django.core.exceptions import PermissionDenied
from django.utils.translation import gettext as _

from events.models import Event
from relations.models import Role, Status, UserEventRelation
from users.models import User
from users.roles import Role as AccountRole
from users.roles import holds


def leads(actor: User, event: Event) -> bool:
    """Tell whether ``actor`` runs the event: an administrator, or an organizer who owns or hosts it."""
    return Event.objects.editable_by(actor).filter(pk=event.pk).exists()


def refuse_unless_leads(*, actor: User, event: Event) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` runs the event."""
    if not leads(actor, event):
        raise PermissionDenied(_("Only who leads this event can do that."))


def may_count(actor: User, event: Event) -> bool:
    """Tell whether ``actor`` may know all of the event's registrations, and so its figures."""
    return holds(actor, AccountRole.ADMIN, AccountRole.AGENT) or leads(actor, event)


def refuse_unless_may_count(*, actor: User, event: Event) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` may see the event's figures."""
    if not may_count(actor, event):
        raise PermissionDenied(_("Only who leads this event, administrators and agents see its figures."))


def refuse_unless_own_or_leads(*, actor: User, relation: UserEventRelation) -> None:
    """Raise ``PermissionDenied`` unless the registration is the ``actor``'s own, or they run its event."""
    if relation.user_id != actor.pk:
        refuse_unless_leads(actor=actor, event=relation.event)


def refuse_unless_may_decline(*, actor: User, relation: UserEventRelation) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` runs the event, or turns down what they were offered themselves."""
    if relation.user_id == actor.pk and relation.status != Status.PENDING:
        return
    if not leads(actor, relation.event):
        raise PermissionDenied(
            _("Only who leads this event declines those who wait for approval. Cancel your registration instead.")
        )


def can_give_up(relation: UserEventRelation) -> bool:
    """Tell whether the person whose registration it is can end it now (one query)."""
    return UserEventRelation.objects.editable_by(relation.user).live().filter(pk=relation.pk).exists()


def refuse_unless_may_add(*, actor: User, user: User, event: Event, role: str, status: str | None) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` may give ``user`` this part in ``event``.

    Administrators may for all events, organizers for those they own or host, and everybody may register themselves,
    without a say in what becomes of it.
    """
    by_oneself = user.pk == actor.pk and role == Role.ATTENDEE and status is None
    if not (by_oneself or leads(actor, event)):
        raise PermissionDenied(
            _("You can register yourself, as attendee and without a status; others only for events that you lead.")
        )
