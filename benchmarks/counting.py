"""P6: what the triggers of relations cost: rows inserted with them against the same rows without.

What a row is decides what the triggers do for it, so the parts are told apart by the rows: one that waits for approval
gets a line in the ledger, a confirmed attendee a seat too, a host a count too, and who attended all three.
"""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from threading import Thread

import psycopg
from django.db import connection

from benchmarks.relation_rows import Kind, RelationRows
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


def run(scale: Scale) -> RowResult:
    """Time single rows, bulk and eight connections; then look for what must not be: deadlocks and drift."""
    with RelationRows.opened(CONNECTIONS) as rows:
        wholes = [
            _compared("single rows, each committed", _singly(rows, ATTENDED), scale.rounds * scale.turns),
            _compared(f"{scale.rows_in_bulk:,} rows at once", _at_once(rows, ATTENDED, scale), scale.rounds),
            _compared(f"{CONNECTIONS} connections", _side_by_side(rows, ATTENDED), scale.rounds * scale.turns),
        ]
        parts = [
            comparison
            for name, kind in PARTS.items()
            for comparison in (
                _compared(f"single rows: {name}", _singly(rows, kind), scale.rounds * scale.turns, part=True),
                _compared(f"rows at once: {name}", _at_once(rows, kind, scale), scale.rounds, part=True),
            )
        ]
        deadlocks = storm(rows)
    drift = find_drift()
    if deadlocks or drift:
        raise WrongResultError(f"{deadlocks} deadlocks, {len(drift)} counters that drifted")
    return RowResult("P6", [*wholes, *parts], ["0 deadlocks among statements that cross, 0 drift after all of it."])


def _compared(work: str, inserting: Callable[[], float], rounds: int, *, part: bool = False) -> Comparison:
    seconds = interleaved({"with": inserting, "without": _without_triggers(inserting)}, rounds=rounds)
    return Comparison(
        f"inserting relations: {work}",
        "the same without the triggers",
        seconds["with"],
        seconds["without"],
        LIMIT,
        target=not part,
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


def _at_once(rows: RelationRows, kind: Kind, scale: Scale) -> Work:
    def work() -> float:
        drawn = rows.drawn(scale.rows_in_bulk, kind)
        seconds = timed(lambda: rows.insert(drawn))
        rows.remove()
        return seconds / scale.rows_in_bulk

    return work


def _side_by_side(rows: RelationRows, kind: Kind) -> Work:
    def work() -> float:
        shares = [rows.drawn(SINGLES, kind) for _ in range(CONNECTIONS)]
        threads = [Thread(target=rows.insert_singly, args=(share, number)) for number, share in enumerate(shares)]
        seconds = timed(lambda: _run(threads))
        rows.remove()
        return seconds / (SINGLES * CONNECTIONS)

    return work


def storm(rows: RelationRows, *, statements: int = 15, rows_each: int = 20) -> int:
    """Let all connections insert rows for the same few people and events in any order; return the deadlocks.

    Statements of many rows cross each other here, which single rows cannot.
    """
    failures: list[psycopg.Error] = []

    def insert(number: int, shares: list[list[tuple[object, ...]]]) -> None:
        for share in shares:
            try:
                rows.insert(share, number)
            except psycopg.errors.DeadlockDetected as error:
                failures.append(error)

    crowded = [[rows.drawn(rows_each, ATTENDED, among=100) for _ in range(statements)] for _ in range(CONNECTIONS)]
    _run([Thread(target=insert, args=(number, shares)) for number, shares in enumerate(crowded)])
    rows.remove()
    return len(failures)


def _run(threads: list[Thread]) -> None:
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


def _without_triggers(work: Work) -> Work:
    def untriggered() -> float:
        with triggers_off():
            return work()

    return untriggered


@contextmanager
def triggers_off() -> Iterator[None]:
    """Switch the three triggers of relations off for the block, in which its rows are inserted and removed again."""
    table = UserEventRelation._meta.db_table
    names = [trigger.get_pgid(UserEventRelation) for trigger in UserEventRelation._meta.triggers]  # type: ignore[attr-defined]  # added by pgtrigger
    with connection.cursor() as cursor:
        cursor.execute("; ".join(f"ALTER TABLE {table} DISABLE TRIGGER {name}" for name in names))
        try:
            yield
        finally:
            cursor.execute("; ".join(f"ALTER TABLE {table} ENABLE TRIGGER {name}" for name in names))
