"""The queue as the desk sees it: who is next, and why nobody moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from relations.explanations import why_nobody_moves
from relations.models import EventCapacity, UserEventRelation

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """The head of an event's queue, and what keeps it where it is; nothing where nobody waits."""

    head: Sequence[UserEventRelation]
    standstill: str

    def __str__(self) -> str:
        return ", ".join(str(relation.user) for relation in self.head)


def queue_of(capacity: EventCapacity) -> Queue:
    """Return the first few who wait, and why they do. At most two queries."""
    waiting = UserEventRelation.objects.filter(event=capacity.event_id).waiting().select_related("user")
    head = list(waiting[:SHOWN]) if capacity.waiting else []
    return Queue(head, why_nobody_moves(capacity)[1] if head else "")
