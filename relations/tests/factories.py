"""Relations for tests, made through the service that the product uses."""

from events.models import Event
from relations.models import Role, Status, UserEventRelation
from relations.services import add_relation
from users.models import User


def host(user: User, event: Event) -> UserEventRelation:
    """Make ``user`` a host of ``event``."""
    return add_relation(user=user, event=event, role=Role.HOST, actor=None, reason="test")[0]


def attend(user: User, event: Event) -> UserEventRelation:
    """Register ``user`` for ``event``: confirmed, or waitlisted when it is full."""
    return add_relation(user=user, event=event, role=Role.ATTENDEE, actor=None, reason="test")[0]


def attended(user: User, event: Event) -> UserEventRelation:
    """Record that ``user`` attended ``event``, which must have begun."""
    return add_relation(user=user, event=event, role=Role.ATTENDEE, status=Status.ATTENDED, actor=None, reason="test")[
        0
    ]
