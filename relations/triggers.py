"""The statement-level triggers of relations: guard, seats, counts and ledger, for every way a row can change.

One function per kind of statement does four things in the lock order of the house (capacities by event, then counts by
person): it refuses a change of status that names no reason, folds the rows into one delta per event and one per person,
applies these one by one in the order of ids, and writes the ledger. One UPDATE for all of them would lock in any order,
and two statements that meet the same rows would deadlock.
"""

import pgtrigger

NEW_ROWS = "SELECT 1 AS sign, n.* FROM new_rows n"
OLD_ROWS = "SELECT -1 AS sign, o.* FROM old_rows o"

_GUARD = """
    IF COALESCE(current_setting('crm.reason', true), '') = '' AND EXISTS ({changed}) THEN
        RAISE EXCEPTION 'A relation changes its status only through a service, which gives a reason.'
            USING ERRCODE = 'check_violation', CONSTRAINT = 'relations_status_through_service';
    END IF;
"""

_APPLY = """
    FOR delta IN {deltas} ORDER BY id LOOP
        UPDATE {table} SET {first} = {first} + delta.a, {second} = {second} + delta.b WHERE {key} = delta.id;
    END LOOP;
"""

_DELTAS = """
    SELECT {column} AS id, SUM(sign * ({first})::int) AS a, SUM(sign * ({second})::int) AS b
      FROM ({rows}) r GROUP BY {column}
    HAVING SUM(sign * ({first})::int) <> 0 OR SUM(sign * ({second})::int) <> 0
"""

_SEATS = {
    "column": "event_id",
    "first": "role = 'attendee' AND status IN ('offered', 'confirmed', 'attended')",
    "second": "role = 'attendee' AND status = 'waitlisted'",
}
_COUNTS = {
    "column": "user_id",
    "first": "role = 'host' AND status <> 'cancelled'",
    "second": "role = 'attendee' AND status = 'attended'",
}

# Each event whose rows are new gives out its places from beyond the last of them, whether or not its seats change.
_SEATS_AND_PLACES = """
    FOR delta IN
        SELECT {column} AS id, SUM(({first})::int) AS a, SUM(({second})::int) AS b, MAX(seq) + 1 AS next
          FROM new_rows GROUP BY {column} ORDER BY id
    LOOP
        UPDATE relations_eventcapacity SET taken = taken + delta.a, waiting = waiting + delta.b,
               next_seq = GREATEST(next_seq, delta.next) WHERE event_id = delta.id;
    END LOOP;
"""

_LEDGER = """
    INSERT INTO relations_relationtransition (relation_id, from_status, to_status, actor_id, reason, at)
    SELECT relation_id, from_status, to_status, NULLIF(current_setting('crm.actor', true), '')::uuid,
           current_setting('crm.reason', true), clock_timestamp()
      FROM ({changed}) c;
"""

_INSERTED = "SELECT id AS relation_id, '' AS from_status, status AS to_status FROM new_rows ORDER BY event_id, seq"
_CHANGED = """
    SELECT n.id AS relation_id, o.status AS from_status, n.status AS to_status
      FROM new_rows n JOIN old_rows o ON o.id = n.id WHERE n.status <> o.status ORDER BY n.event_id, n.seq
"""


def _apply(rows: str, table: str, key: str, counters: tuple[str, str], parts: dict[str, str]) -> str:
    deltas = _DELTAS.format(rows=rows, **parts)
    return _APPLY.format(table=table, key=key, deltas=deltas, first=counters[0], second=counters[1])


def _folded(rows: str) -> str:
    return _apply(rows, "relations_eventcapacity", "event_id", ("taken", "waiting"), _SEATS) + _counted(rows)


def _counted(rows: str) -> str:
    return _apply(rows, "users_eventcounts", "user_id", ("hosted", "attended"), _COUNTS)


def _trigger(name: str, operation: pgtrigger.Operation, body: str, **tables: str) -> pgtrigger.Trigger:
    return pgtrigger.Trigger(
        name=name,
        level=pgtrigger.Statement,
        when=pgtrigger.After,
        operation=operation,
        referencing=pgtrigger.Referencing(**tables),
        declare=[("delta", "record")],
        func=f"{body} RETURN NULL;",
    )


def relation_triggers() -> list[pgtrigger.Trigger]:
    """Return the three triggers of ``UserEventRelation``: after insert, update and delete."""
    inserted = (
        _GUARD.format(changed=_INSERTED)
        + _SEATS_AND_PLACES.format(**_SEATS)
        + _counted(NEW_ROWS)
        + _LEDGER.format(changed=_INSERTED)
    )
    updated = (
        _GUARD.format(changed=_CHANGED) + _folded(f"{NEW_ROWS} UNION ALL {OLD_ROWS}") + _LEDGER.format(changed=_CHANGED)
    )
    return [
        _trigger("count_inserted", pgtrigger.Insert, inserted, new="new_rows"),
        _trigger("count_updated", pgtrigger.Update, updated, old="old_rows", new="new_rows"),
        _trigger("count_deleted", pgtrigger.Delete, _folded(OLD_ROWS), old="old_rows"),
    ]
