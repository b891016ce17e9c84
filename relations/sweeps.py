"""Work on many events, each by itself: what is wrong with one holds up no other."""

import logging
from collections.abc import Callable, Iterable
from uuid import UUID

from django.core.exceptions import ObjectDoesNotExist
from django.db import DatabaseError, InterfaceError

logger = logging.getLogger(__name__)


def for_each_event(event_ids: Iterable[UUID], work: Callable[[UUID], int]) -> int:
    """Do ``work`` for each event and return the sum of what it returns; one that fails is logged and left for later."""
    done = 0
    for event_id in event_ids:
        try:
            done += work(event_id)
        except (DatabaseError, InterfaceError, ObjectDoesNotExist):
            logger.exception("Event %s was left for the next round.", event_id)
    return done
