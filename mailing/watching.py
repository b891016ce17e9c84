"""Watching a campaign go: a bar on a terminal, a line every few seconds in a log, and a word when nothing moves."""

import time
from typing import TextIO

from django.db.models import Min
from django.utils import timezone as clock
from tqdm import tqdm

from mailing.counts import counts_of
from mailing.models import Campaign, Delivery, LanePause

POLL = 0.5
SECONDS_BETWEEN_LINES = 5.0
# Above the workers' tick: a worker that runs has been rung for by then.
SECONDS_WITHOUT_PROGRESS = 8.0
UNDONE = ("queued", "claimed", "sending")
NO_WORKER = (
    f"Nothing has moved for {SECONDS_WITHOUT_PROGRESS:.0f} seconds: no worker seems to run. Start one: “make run”, or "
    "“celery --app crm_project worker” and “celery --app crm_project beat”. This goes on waiting."
)


def ledger_line(counts: dict[str, int]) -> str:
    """Return the counts in one line: ``frozen 3 = queued 1 + sent 2``."""
    parts = [f"{state} {number:,}" for state, number in counts.items() if number and state != "frozen"]
    return f"frozen {counts['frozen']:,} = {' + '.join(parts) or '0'}"


def watch(campaign: Campaign, out: TextIO) -> None:
    """Show how the campaign goes until it is finished or paused. Interrupting stops the watching alone."""
    said, stall = 0.0, Stall()
    with tqdm(total=0, unit=" mails", file=out, disable=not out.isatty()) as bar:
        while True:
            campaign.refresh_from_db(fields=["status", "finished_at", "trouble"])
            counts = counts_of([campaign.pk])[campaign.pk]
            done = counts["frozen"] - sum(counts[state] for state in UNDONE)
            bar.total = counts["frozen"]
            bar.update(done - bar.n)
            over = campaign.finished_at is not None or campaign.status == "paused"
            if not out.isatty() and (over or time.monotonic() - said >= SECONDS_BETWEEN_LINES):
                _say(out, f"{campaign.status}: {ledger_line(counts)}")
                said = time.monotonic()
            if over:
                return
            if reason := stall.reason(campaign, counts):
                bar.clear()
                _say(out, reason)
            time.sleep(POLL)


def _say(out: TextIO, line: str) -> None:
    out.write(f"{line}\n")
    out.flush()


class Stall:
    """Notices that nothing has changed for a while, and says why, once each time."""

    def __init__(self) -> None:
        self._seen: object = None
        self._since = 0.0
        self._told = False

    def reason(self, campaign: Campaign, counts: dict[str, int]) -> str:
        """Return why it has come to a stand; empty while it has not, or when that was said already."""
        if (seen := (campaign.status, counts)) != self._seen:
            self._seen, self._since, self._told = seen, time.monotonic(), False
        if self._told or time.monotonic() - self._since < SECONDS_WITHOUT_PROGRESS:
            return ""
        reason = why_it_waits(campaign)
        self._told = bool(reason)
        return reason


def why_it_waits(campaign: Campaign) -> str:
    """Return why nothing of an unfinished campaign moves; empty while some worker has mail in its hands."""
    now = clock.now()
    if Delivery.objects.filter(lease_until__gt=now).exists():
        return ""
    if pause := LanePause.objects.filter(lane=campaign.lane, until__gt=now).first():
        return f"The mail server is in trouble; the next attempt is at {pause.until:%H:%M:%S} UTC: {pause.trouble}"
    due = campaign.deliveries.filter(status="queued").aggregate(at=Min("next_attempt_at"))["at"]
    if due and due > now:
        return f"What is left was refused for now; the next attempt is at {due:%H:%M:%S} UTC."
    return NO_WORKER
