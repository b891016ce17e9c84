"""Storing synthetic rows by COPY, in one transaction: all of them or none.

The triggers that count would touch a person's counts once per batch, which takes longer than everything else together.
So counts and seats are drawn with the rows, the triggers that would count them again are ignored until the transaction
ends, and before it does the counters are compared with the relations.
"""

from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import islice

from django.db import connection, transaction
from django.db.backends.utils import CursorWrapper
from django.db.models import Model

from events.models import Event
from relations.counts import find_drift
from relations.models import EventCapacity, RelationTransition, UserEventRelation
from relations.seeding import rows
from relations.seeding.parts import Parts
from relations.seeding.plan import Plan
from users.models import EventCounts, User

LINES_AT_ONCE = 20_000
IGNORED = {
    User: ["start_counts"],
    EventCounts: ["written_by_triggers"],
    UserEventRelation: ["count_inserted"],
    RelationTransition: ["lines_by_triggers"],
    EventCapacity: ["seats_by_triggers"],
}
PEOPLE = ((User, rows.PEOPLE_COLUMNS), (EventCounts, rows.COUNTS_COLUMNS))
RELATIONS = ((UserEventRelation, rows.RELATION_COLUMNS), (RelationTransition, rows.LEDGER_COLUMNS))

_CAPACITIES = """
    UPDATE relations_eventcapacity c SET taken = s.taken, waiting = s.waiting, next_seq = s.next_seq
      FROM seeded_capacity s WHERE c.event_id = s.event_id
"""


class CountsDriftedError(Exception):
    """Stored counters differ from the relations, of the seed or of what was there before."""


def _silently(_done: int) -> None:
    return None


@transaction.atomic
def seed(plan: Plan, *, done: Callable[[int], None] = _silently) -> None:
    """Store everything that ``plan`` describes; ``done`` is told how many rows are in.

    Raises ``DoesNotFitError`` for numbers that contradict each other and ``IntegrityError`` where the same was seeded
    already, ``CountsDriftedError`` where counters are not true at the end.
    """
    done(0)
    parts = Parts(plan)
    people_keys, event_keys = rows.Keys(), rows.Keys()
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # or millions of checks would wait in memory
        cursor.execute("SELECT set_config('pgtrigger.ignore', %s, true)", [_ignored_triggers()])
        people, events = rows.people(plan, parts, people_keys), rows.events(plan, parts, event_keys)
        for count in _copied_together(cursor, PEOPLE, people):
            done(count)
        for count in _copied(cursor, Event, rows.EVENT_COLUMNS, events):
            done(plan.users + count)
        for count in _copied_together(cursor, RELATIONS, rows.relations(plan, parts, people_keys, event_keys)):
            done(plan.users + plan.events + count)
        _store_capacities(cursor, rows.capacities(plan, parts, event_keys))
        cursor.execute("SELECT set_config('pgtrigger.ignore', '{}', true)")
        cursor.execute(
            "ANALYZE users_user, users_eventcounts, events_event, relations_usereventrelation, relations_eventcapacity"
        )
    if find_drift():
        raise CountsDriftedError


def _ignored_triggers() -> str:
    names = [
        trigger.get_pgid(model)
        for model, ignored in IGNORED.items()
        for trigger in model._meta.triggers  # type: ignore[attr-defined]  # added by pgtrigger
        if trigger.name in ignored
    ]
    return f"{{{','.join(names)}}}"


def _copied(cursor: CursorWrapper, model: type[Model], columns: str, lines: Iterator[str]) -> Iterator[int]:
    """COPY lines in batches, yielding after each how many there were."""
    count = 0
    while batch := list(islice(lines, LINES_AT_ONCE)):
        _copy(cursor, model._meta.db_table, columns, batch)
        count += len(batch)
        yield count


def _copied_together(
    cursor: CursorWrapper, tables: Sequence[tuple[type[Model], str]], tuples: Iterator[tuple[str, ...]]
) -> Iterator[int]:
    """COPY tuples of lines, one for each table, in batches, yielding after each how many tuples there were."""
    count = 0
    while batch := list(islice(tuples, LINES_AT_ONCE)):
        for (model, columns), lines in zip(tables, zip(*batch, strict=True), strict=True):
            _copy(cursor, model._meta.db_table, columns, lines)
        count += len(batch)
        yield count


def _store_capacities(cursor: CursorWrapper, lines: Iterable[str]) -> None:
    cursor.execute("CREATE TEMPORARY TABLE seeded_capacity AS SELECT * FROM relations_eventcapacity WITH NO DATA")
    _copy(cursor, "seeded_capacity", rows.CAPACITY_COLUMNS, lines)
    cursor.execute(_CAPACITIES)
    cursor.execute("DROP TABLE seeded_capacity")


def _copy(cursor: CursorWrapper, table: str, columns: str, lines: Iterable[str]) -> None:
    with cursor.db.wrap_database_errors, cursor.copy(f"COPY {table} ({columns}) FROM STDIN") as copy:
        copy.write("".join(lines))
