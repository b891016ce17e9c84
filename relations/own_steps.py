"""What somebody can do about their own registration, and doing it."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from django.utils.translation import gettext as _

from api.exceptions import Conflict
from events.models import Event
from relations.admission import takes_newcomers
from relations.models import Role, Status, UserEventRelation
from relations.registration import accept, decline, register
from relations.rights import can_give_up
from relations.services import end_relation
from users.models import User


class OwnStep(StrEnum):
    """A step of one's own, as a form names it."""

    REGISTER = "register"
    ACCEPT = "accept"
    DECLINE = "decline"
    CANCEL = "cancel"


_STEPS: dict[str, Callable[..., Any]] = {
    OwnStep.ACCEPT: accept,
    OwnStep.DECLINE: decline,
    OwnStep.CANCEL: end_relation,
}
# After which somebody may register anew by themselves.
_ENDED = (Status.CANCELLED, Status.EXPIRED)


def own_registration(user: User, event: Event) -> UserEventRelation | None:
    """Return the user's last registration for ``event``, which alone can be live (one query)."""
    own = UserEventRelation.objects.visible_to(user).filter(user=user, event=event, role=Role.ATTENDEE)
    return own.select_related("user", "event").order_by("-seq").first()


def own_steps(event: Event, relation: UserEventRelation | None) -> frozenset[OwnStep]:
    """Return the steps that are open to whoever has ``relation`` (None: nothing yet) in ``event``."""
    if relation is None or relation.status in _ENDED:
        return frozenset({OwnStep.REGISTER} if takes_newcomers(event) else ())
    if not can_give_up(relation):
        return frozenset()
    offered = relation.status == Status.OFFERED
    return frozenset({OwnStep.ACCEPT, OwnStep.DECLINE} if offered else {OwnStep.CANCEL})


def take_own_step(*, step: str, user: User, event: Event, reason: str) -> None:
    """Take the ``step`` for oneself, by the service that everybody takes it by. Raises ``Conflict`` where it is closed.

    Registering is asked of the service itself, which says why not. The other steps are for who can still give up the
    registration.
    """
    if step == OwnStep.REGISTER:
        register(user=user, event=event, actor=user, reason=reason)
        return
    relation = own_registration(user, event)
    if relation is None or step not in own_steps(event, relation):
        raise Conflict(_("That is not possible any more: this is how your registration stands."))
    _STEPS[step](relation=relation, actor=user, reason=reason)
