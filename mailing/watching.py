"""Watching a campaign go: a bar on a terminal, a line every few seconds in a log."""

import time
from typing import TextIO

from tqdm import tqdm

from mailing.counts import counts_of
from mailing.models import Campaign

POLL = 0.5
SECONDS_BETWEEN_LINES = 5.0
UNDONE = ("queued", "claimed", "sending")


def ledger_line(counts: dict[str, int]) -> str:
    """Return the counts in one line: ``frozen 3 = queued 1 + sent 2``."""
    parts = [f"{state} {number:,}" for state, number in counts.items() if number and state != "frozen"]
    return f"frozen {counts['frozen']:,} = {' + '.join(parts) or '0'}"


def watch(campaign: Campaign, out: TextIO) -> None:
    """Show how the campaign goes until it is finished or paused. Interrupting stops the watching alone."""
    said = 0.0
    bar = tqdm(total=0, unit=" mails", file=out, disable=not out.isatty())
    while True:
        campaign.refresh_from_db(fields=["status", "finished_at"])
        counts = counts_of([campaign.pk])[campaign.pk]
        done = counts["frozen"] - sum(counts[state] for state in UNDONE)
        bar.total = counts["frozen"]
        bar.update(done - bar.n)
        over = campaign.finished_at is not None or campaign.status == "paused"
        if not out.isatty() and (over or time.monotonic() - said >= SECONDS_BETWEEN_LINES):
            out.write(f"{campaign.status}: {ledger_line(counts)}\n")
            said = time.monotonic()
        if over:
            bar.close()
            return
        time.sleep(POLL)
