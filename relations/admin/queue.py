"""The queue as the desk sees it: who is next, and why nobody moves."""

from collections.abc import Sequence
from dataclasses import dataclass

from events.models import Event
from relations.explanations import standing_of
from relations.models import UserEventRelation

SHOWN = 5


@dataclass(frozen=True, slots=True)
class Queue:
    """The head of an event's queue, and what keeps it where it is."""

    head: Sequence[UserEventRelation]
    standstill: str


def queue_of(event: Event) -> Queue:
    """Return the first few who wait, and why they do (one query more than without a queue)."""
    waiting = UserEventRelation.objects.filter(event=event).waiting().select_related("user")
    head = list(waiting[:SHOWN])
    return Queue(head, standing_of(head[0]).text if head else "")


def standstill(event: Event) -> str:
    """Return why the head of the queue is not promoted; nothing where nobody waits."""
    head = UserEventRelation.objects.filter(event=event).waiting().first()
    return standing_of(head).text if head else ""
