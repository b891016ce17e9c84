"""P6: what the triggers of relations cost: rows inserted with them against the same rows without.

What a row is decides what the triggers do for it, so the parts are told apart by the rows: one that waits for approval
gets a line in the ledger, a confirmed attendee a seat too, a host a count too, and who attended all three.
"""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import TypeVar

import psycopg
from django.db import connection

from benchmarks.relation_rows import Kind, RelationRows, Row
from benchmarks.results import Comparison, Limit, RowResult, WrongResultError
from benchmarks.rounds import Work, interleaved, timed
from benchmarks.scales import Scale
from relations.counts import find_drift
from relations.models import UserEventRelation

CONNECTIONS = 8
# Few rows at a time and many turns: committing waits for the disk, which other programs use too.
SINGLES = 20
LIMIT = Limit("≥", 0.6)
GROSS = 0.02
ATTENDED = Kind("attendee", "attended")
PARTS = {
    "the ledger alone": Kind("attendee", "pending"),
    "ledger and seats": Kind("attendee", "confirmed"),
    "ledger and counts": Kind("host", "confirmed"),
}

Share = TypeVar("Share")
Outcome = TypeVar("Outcome")


def run(scale: Scale) -> RowResult:
    """Time single rows, bulk and eight connections; then look for what must not be: deadlocks and drift."""
    often, bulk = scale.rounds * scale.turns, scale.rows_in_bulk
    with RelationRows.opened(CONNECTIONS) as rows:
        comparisons = [
            _compared("single rows, each committed", _singly(rows, ATTENDED), often),
            _compared(f"{bulk:,} rows at once", _at_once(rows, ATTENDED, bulk), scale.rounds),
            _compared(f"{CONNECTIONS} connections", _side_by_side(rows, ATTENDED), often),
        ]
        for part, kind in PARTS.items():
            comparisons += [
                _compared(f"single rows, {part}", _singly(rows, kind), often, whole=False),
                _compared(
                    f"{bulk // 4:,} rows at once, {part}", _at_once(rows, kind, bulk // 4), scale.rounds, whole=False
                ),
            ]
        deadlocks = storm(rows)
    drift = find_drift()
    if deadlocks or drift:
        raise WrongResultError(f"{deadlocks} deadlocks, {len(drift)} counters that drifted")
    return RowResult("P6", comparisons, ["0 deadlocks among statements that cross, 0 drift after all of it."])


def _compared(work: str, inserting: Callable[[], float], rounds: int, *, whole: bool = True) -> Comparison:
    seconds = interleaved({"with": inserting, "without": _without_triggers(inserting)}, rounds=rounds)
    return Comparison(
        f"inserting relations: {work}",
        "the same without the triggers",
        seconds["with"],
        seconds["without"],
        LIMIT,
        target=whole,
        gross=GROSS,
    )


def _singly(rows: RelationRows, kind: Kind) -> Work:
    """Return the work of single rows in transactions of their own; its seconds are per row."""

    def work() -> float:
        drawn = rows.drawn(SINGLES, kind)
        seconds = timed(lambda: rows.insert_singly(drawn))
        rows.remove()
        return seconds / SINGLES

    return work


def _at_once(rows: RelationRows, kind: Kind, number: int) -> Work:
    def work() -> float:
        drawn = rows.drawn(number, kind)
        seconds = timed(lambda: rows.insert(drawn))
        rows.remove()
        return seconds / number

    return work


def _side_by_side(rows: RelationRows, kind: Kind) -> Work:
    """Return the work of single rows on all connections at once; its seconds are per row."""

    def work() -> float:
        shares = [rows.drawn(SINGLES, kind) for _ in range(CONNECTIONS)]
        seconds = timed(lambda: _together(rows.insert_singly, shares))
        rows.remove()
        return seconds / (SINGLES * CONNECTIONS)

    return work


def storm(rows: RelationRows, *, statements: int = 15, rows_each: int = 20) -> int:
    """Let all connections insert rows for the same few people and events in any order; return the deadlocks.

    Statements of many rows cross each other here, which single rows cannot.
    """

    def insert(statements: list[list[Row]], number: int) -> int:
        return sum(_deadlocks(rows, statement, number) for statement in statements)

    crowded = [[rows.drawn(rows_each, ATTENDED, among=100) for _ in range(statements)] for _ in range(CONNECTIONS)]
    deadlocks = sum(_together(insert, crowded))
    rows.remove()
    return deadlocks


def _deadlocks(rows: RelationRows, statement: list[Row], number: int) -> bool:
    try:
        rows.insert(statement, number)
    except psycopg.errors.DeadlockDetected:
        return True
    return False


def _together(work: Callable[[Share, int], Outcome], shares: Sequence[Share]) -> list[Outcome]:
    """Do each share on the connection of its number, all at once; return the outcomes, or raise what one raised."""
    with ThreadPoolExecutor(len(shares)) as threads:
        return list(threads.map(work, shares, range(len(shares))))


def _without_triggers(work: Work) -> Work:
    def untriggered() -> float:
        with triggers_off():
            return work()

    return untriggered


@contextmanager
def triggers_off() -> Iterator[None]:
    """Switch the triggers of relations off for the block, in which its rows are inserted and removed again."""
    table = UserEventRelation._meta.db_table
    names = [trigger.get_pgid(UserEventRelation) for trigger in UserEventRelation._meta.triggers]  # type: ignore[attr-defined]  # added by pgtrigger
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for name in names))
        try:
            yield
        finally:
            cursor.execute("; ".join(f"ALTER TABLE {table} ENABLE TRIGGER {name}" for name in names))
