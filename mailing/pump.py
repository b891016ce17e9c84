"""The pump: what a worker does when it is rung for. Any number may run at once, anywhere, and be killed at any time.

It takes turns of small steps, so that none of them keeps the others waiting, and trouble with one leaves the others be.
"""

import logging
from collections.abc import Callable
from time import monotonic
from uuid import UUID

from django.db import InterfaceError, OperationalError, connection
from django.utils.translation import gettext as _

from mailing.claims import claim, release
from mailing.freeze import freeze_portion, hold_campaign
from mailing.lanes import paused_lanes
from mailing.policy import DEFAULT, Policy
from mailing.renderers import renderer_of
from mailing.rendering import Renderer
from mailing.sender import Sender
from mailing.transports import Transport, open_transport
from mailing.upkeep import finish, recover, start_due, sweep_portion

logger = logging.getLogger(__name__)

# Somebody waits for transactional mail: it comes first. Campaigns take turns: whoever was served last waits.
NEXT = """
    SELECT c.id, c.lane FROM mailing_campaign c
     WHERE c.status = 'sending' AND c.finished_at IS NULL AND c.lane <> ALL(%s)
       AND EXISTS (SELECT FROM mailing_delivery d WHERE d.campaign_id = c.id AND d.status = 'queued'
                      AND d.next_attempt_at <= clock_timestamp())
     ORDER BY c.lane <> 'transactional', array_position(%s::uuid[], c.id) NULLS FIRST, c.id LIMIT 1
"""
Step = Callable[[], bool]


def pump(policy: Policy = DEFAULT) -> bool:
    """Freeze, send and tidy up for a while; True when the time was over before the work was."""
    ends = monotonic() + policy.pump_time
    with open_transport(policy) as transport:
        turn = Turn(transport, policy, ends)
        steps: list[Step] = [
            lambda: recover(policy) > 0,
            lambda: start_due() > 0,
            turn.serve,
            lambda: freeze_portion(policy) is not None,
            lambda: sweep_portion(policy) > 0,
        ]
        while monotonic() < ends and sum(guarded(step) for step in steps):  # each has its turn
            pass
    finish()
    return monotonic() >= ends


def guarded(step: Step) -> bool:
    """Take a step, and return whether it did something. Its failure is logged, unless the database is gone."""
    try:
        return step()
    except (OperationalError, InterfaceError):
        raise
    except Exception:
        logger.exception("A step of the pump failed.")
        return False


class Turn:
    """One worker's turns among the campaigns that send, until ``ends`` by the monotonic clock."""

    def __init__(self, transport: Transport, policy: Policy, ends: float) -> None:
        self._transport = transport
        self._policy = policy
        self._ends = ends
        self._renderers: dict[UUID, Renderer] = {}
        self._served: list[UUID] = []

    def serve(self) -> bool:
        """Serve the campaign whose turn it is by one claim; False when nothing is due."""
        due = self._next()
        if due is None:
            return False
        campaign_id, lane = due
        self._served = [*(one for one in self._served if one != campaign_id), campaign_id]
        claimed = claim(campaign_id, lane, self._policy)
        try:
            renderer = self._renderer(campaign_id)
        except (OperationalError, InterfaceError):
            raise
        except Exception as error:
            logger.exception("The templates of campaign %s cannot be had.", campaign_id)
            hold_campaign(campaign_id, _("Its templates cannot be had: %s") % error)
            release(claimed, claimed.ids)
        else:
            Sender(claimed, renderer, self._transport, self._policy).send(self._ends)
        return True

    def _next(self) -> tuple[UUID, str] | None:
        with connection.cursor() as cursor:
            cursor.execute(NEXT, [list(paused_lanes()), self._served])
            row: tuple[UUID, str] | None = cursor.fetchone()
            return row

    def _renderer(self, campaign_id: UUID) -> Renderer:
        """Return the campaign's templates, compiled once: its content does not change."""
        if campaign_id not in self._renderers:
            self._renderers[campaign_id] = renderer_of(campaign_id)
        return self._renderers[campaign_id]
