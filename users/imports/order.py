"""The order of the file within a batch: of rows about the same keys, a later one waits until the earlier are settled.

A batch is stored in sets. Rows that share a key go in one round after the other, so that the outcome is that of storing
row by row: which row wins does not depend on the size of the batch.
"""

from collections.abc import Collection, Iterable
from typing import NamedTuple

from django.db.backends.utils import CursorWrapper

_HOLD_BACK = """
    UPDATE import_staged SET done = false, target = NULL, problem = NULL, other = NULL WHERE line = ANY(%s)
"""


class Claim(NamedTuple):
    """The keys that a row at ``line`` needs, and those that later rows have to wait for while it is open.

    Nobody waits for a row that is ``refused``: it stores nothing. Rows may share what they queue for, but none
    overtakes an earlier one that waits.
    """

    line: int
    needs: Collection[str]
    bars: Collection[str]
    refused: bool
    queues: Collection[str] = ()


def waiting(claims: Iterable[Claim]) -> list[int]:
    """Return the lines that have to wait for an earlier one. ``claims`` come in the order of their lines."""
    lines: list[int] = []
    barred: set[str] = set()
    queued: set[str] = set()
    for claim in claims:
        waits = not (barred.isdisjoint(claim.needs) and queued.isdisjoint(claim.queues))
        if waits:
            lines.append(claim.line)
            queued.update(claim.queues)
        if waits or not claim.refused:
            barred.update(claim.bars)
    return lines


def hold_back(cursor: CursorWrapper, lines: list[int]) -> None:
    """Leave staged rows out of this round, with whatever it found out about them."""
    if lines:
        cursor.execute(_HOLD_BACK, [lines])
