"""The pump: what a worker does when it is rung for. Any number may run at once, anywhere, and be killed at any time."""

from time import monotonic
from uuid import UUID

from django.db import connection

from mailing.accounts import renderer_of
from mailing.claims import claim
from mailing.freeze import freeze_pending
from mailing.lanes import paused_lanes
from mailing.policy import DEFAULT, Policy
from mailing.rendering import Renderer
from mailing.sender import Sender
from mailing.transports import Transport, open_transport
from mailing.upkeep import finish, recover, start_due, sweep_cancelled

# Somebody waits for transactional mail: it comes first. Campaigns take turns: whoever was served last waits.
NEXT = """
    SELECT c.id, c.lane FROM mailing_campaign c
     WHERE c.status = 'sending' AND c.finished_at IS NULL AND c.lane <> ALL(%s)
       AND EXISTS (SELECT FROM mailing_delivery d WHERE d.campaign_id = c.id AND d.status = 'queued'
                      AND d.next_attempt_at <= clock_timestamp())
     ORDER BY c.lane <> 'transactional', array_position(%s::uuid[], c.id) NULLS FIRST, c.id LIMIT 1
"""


def pump(policy: Policy = DEFAULT) -> bool:
    """Freeze, send and tidy up for a while; True when the time was over before the work was."""
    ends = monotonic() + policy.pump_time
    recover()
    start_due()
    sweep_cancelled(policy, ends)
    freeze_pending(policy, ends)
    with open_transport(policy) as transport:
        Round(transport, policy).run(ends)
    finish()
    return monotonic() >= ends


class Round:
    """One worker's turns among the campaigns that send."""

    def __init__(self, transport: Transport, policy: Policy) -> None:
        self._transport = transport
        self._policy = policy
        self._renderers: dict[UUID, Renderer] = {}
        self._served: list[UUID] = []

    def run(self, ends: float) -> None:
        """Serve claim after claim until nothing is due, or until ``ends`` (by the monotonic clock)."""
        while monotonic() < ends and (due := self._next()):
            self._serve(*due, ends)

    def _serve(self, campaign_id: UUID, lane: str, ends: float) -> None:
        claimed = claim(campaign_id, lane, self._policy)
        self._served = [*(one for one in self._served if one != campaign_id), campaign_id]
        Sender(claimed, self._renderer(campaign_id), self._transport, self._policy).send(ends)

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
