"""Sending what was claimed: gated ten at a time, in the order of ids, each outcome committed before the next.

So at any kill only the lowest row in ``sending`` can be ambiguous.
"""

import logging
import random
from time import monotonic

from django.core.mail import EmailMultiAlternatives
from django.utils.translation import gettext as _

from mailing import lanes
from mailing.claims import Claim, Gated, barred, gate, hold_back, release, settle
from mailing.freeze import hold_campaign
from mailing.messages import build
from mailing.models import DeliveryStatus, Lane, SuppressionReason
from mailing.policy import Policy
from mailing.rendering import ContentError, PointlessError, Renderer
from mailing.suppressions import suppress
from mailing.transports import Transport
from mailing.transports.outcomes import DeferredError, InDoubtError, OutcomeError, RefusedError, UnreachableError

logger = logging.getLogger(__name__)
MOST_DOUBLINGS = 30


class Sender:
    """Sends one claim through one transport."""

    def __init__(self, claimed: Claim, renderer: Renderer, transport: Transport, policy: Policy) -> None:
        self._claimed = claimed
        self._renderer = renderer
        self._transport = transport
        self._policy = policy
        self._gated = 0.0
        self._got_through = False
        self._held_back: list[tuple[Gated, RefusedError]] = []

    def send(self, ends: float) -> None:
        """Send what was claimed; what is left at ``ends`` (by the monotonic clock) goes back to the queue."""
        ids, size = self._claimed.ids, self._policy.gate_size
        for start in range(0, len(ids), size):
            self._gated = monotonic()
            rows = gate(self._claimed, ids[start : start + size], self._policy) if monotonic() < ends else None
            if rows is None or not all(self._send_one(row) for row in rows):
                break
        else:
            self._judge()
        self._postpone()
        release(self._claimed, ids)

    def _send_one(self, row: Gated) -> bool:
        """Hand over one row and record the outcome; False when this worker is to send no more of the claim."""
        if monotonic() + self._policy.deadline >= self._claimed.ends:
            return False
        if why := self._barred(row):
            return self._settle(row, DeliveryStatus.SUPPRESSED, error=why, burnt=0)
        try:
            rendered = self._renderer.write(row.id, row.values)
            message = build(
                rendered,
                address=row.address,
                message_id=row.message_id,
                lane=self._claimed.lane,
                listed=row.listed,
            )
        except PointlessError as error:
            return self._settle(row, DeliveryStatus.SUPPRESSED, error=str(error), burnt=0)
        except ContentError as error:
            return self._settle(row, DeliveryStatus.FAILED, error=str(error), burnt=0)
        except Exception as error:
            logger.exception("Delivery %s cannot be written.", row.id)
            hold_campaign(self._claimed.campaign_id, _("Its mail cannot be written: %s") % error)
            return False
        return self._hand_over(row, message)

    def _barred(self, row: Gated) -> str:
        """Return why ``row`` may not be sent any more, if it passed the gate too long ago to be sure of it."""
        return barred(row.id) if monotonic() - self._gated > self._policy.gate_holds else ""

    def _hand_over(self, row: Gated, message: EmailMultiAlternatives) -> bool:
        try:
            self._transport.send(message)
        except RefusedError as error:
            return self._refused(row, error)
        except DeferredError as error:
            return self._deferred(row, error)
        except OutcomeError as error:
            return self._in_trouble(row, error)
        except Exception as error:
            logger.exception("The transport failed.")
            return self._in_trouble(row, UnreachableError(f"{type(error).__name__}: {error}"))
        self._reopen()
        ours = self._settle(row, DeliveryStatus.SENT)
        self._judge()
        return ours

    def _refused(self, row: Gated, error: RefusedError) -> bool:
        """Fail the row where that is certain, or others get through; else wait what becomes of the others."""
        if error.certain or self._got_through:
            return self._fail(row, error)
        self._held_back.append((row, error))
        ours = hold_back(self._claimed, row.id)
        if len(self._held_back) < self._policy.refusals:
            return ours
        hold_campaign(self._claimed.campaign_id, _("The server refuses everybody: %s") % error)
        self._held_back.clear()  # they go back to the queue with the rest of the claim
        return False

    def _judge(self) -> None:
        """Fail what was held back: others got through, or they were too few to tell; then no address is suppressed."""
        for row, error in self._held_back:
            self._fail(row, error)
        self._held_back.clear()

    def _postpone(self) -> None:
        """Try again later what was held back when the claim was broken off: nobody knows yet who is refused."""
        for row, error in self._held_back:
            self._deferred(row, error)
        self._held_back.clear()

    def _fail(self, row: Gated, error: RefusedError) -> bool:
        ours = self._settle(row, DeliveryStatus.FAILED, error=str(error))  # first: suppressing takes what is claimed
        if error.hard and (error.certain or self._got_through):
            suppress(address=row.address, reason=SuppressionReason.HARD_BOUNCE, detail=str(error))
        return ours

    def _deferred(self, row: Gated, error: OutcomeError) -> bool:
        attempts = row.attempts + 1
        if attempts >= self._policy.attempts:
            return self._settle(
                row,
                DeliveryStatus.FAILED,
                error=_("Given up after %(attempts)s attempts: %(error)s") % {"attempts": attempts, "error": error},
            )
        return self._settle(row, DeliveryStatus.QUEUED, error=str(error), wait=self._backoff(row.attempts))

    def _in_trouble(self, row: Gated, error: OutcomeError) -> bool:
        """Let the lane wait. Only mail that is in doubt counts as an attempt.

        Somebody waits for transactional mail: it is tried again, as often as what is refused for now.
        """
        if isinstance(error, InDoubtError):
            again = self._claimed.lane == Lane.TRANSACTIONAL and row.attempts + 1 < self._policy.attempts
            status = DeliveryStatus.QUEUED if again else DeliveryStatus.IN_DOUBT
            self._settle(row, status, error=str(error), wait=self._backoff(row.attempts))
        lanes.pause(self._claimed.lane, str(error), self._policy)
        logger.warning("The %s lane waits: %s", self._claimed.lane, error)
        return False

    def _settle(self, row: Gated, status: DeliveryStatus, *, error: str = "", wait: float = 0, burnt: int = 1) -> bool:
        ours = settle(self._claimed, row.id, status, error=error, wait=wait, burnt=burnt)
        if not ours:
            logger.warning("Delivery %s was taken from this worker before it became %s.", row.id, status)
        return ours

    def _backoff(self, attempts: int) -> float:
        """Return the seconds until the next attempt: doubled each time, and spread so that not all come at once."""
        wait = min(self._policy.retry_after * 2.0 ** min(attempts, MOST_DOUBLINGS), self._policy.retry_at_most)
        return wait * random.uniform(0.5, 1.5)  # noqa: S311  # jitter, not a secret

    def _reopen(self) -> None:
        if not self._got_through:
            lanes.reopen(self._claimed.lane)
            self._got_through = True
