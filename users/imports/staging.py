"""The temporary table that a batch goes through, filled by COPY.

A row is ``done`` once it is stored or has a problem, NULL while it is open, false while it waits for an earlier line.
"""

from collections.abc import Iterator, Mapping, Sequence

import uuid_utils.compat
from django.db.backends.utils import CursorWrapper
from django.utils.functional import Promise

from users.imports.errors import TangledError
from users.imports.kinds import Batch, Outcome, Problem

# Left alone by a plan that reads the whole target table for every batch.
_PLAN = "SELECT set_config('enable_seqscan', 'off', true), set_config('jit', 'off', true)"
_CREATE = """
    CREATE TEMPORARY TABLE import_staged ON COMMIT DROP AS
    SELECT 0::bigint AS line, NULL::uuid AS id, NULL::uuid AS target, NULL::boolean AS done,
           NULL::text AS problem, NULL::text AS other, {columns} WITH NO DATA
"""
_REMEMBER = """
    WITH settled AS (
        UPDATE import_staged SET done = true WHERE done IS NULL AND (target IS NOT NULL OR problem IS NOT NULL)
        RETURNING target, line, problem)
    INSERT INTO users_importedrow (of_import_id, object_id, line)
    SELECT %s, target, line FROM settled WHERE problem IS NULL
"""
_RELEASE = "UPDATE import_staged SET done = NULL WHERE NOT done"
_OPEN = "SELECT COUNT(*) FROM import_staged WHERE done IS NULL"
IDLE_ROUNDS = 2  # the second sees what others inserted meanwhile
# Every round reads all rows of the batch, and all that the rounds before have left of them: a long line of rows that
# wait for each other, such as e-mails that go round, would take hours at a batch's full size.
MOST_ROUNDS = 8
FEW_ROWS = 20


def stage(cursor: CursorWrapper, batch: Batch, columns: str) -> None:
    """Make the temporary table and COPY the batch to it.

    ``columns`` are the typed columns of the table as the body of a SELECT; each row gets a new UUIDv7.
    """
    cursor.execute(_PLAN)
    cursor.execute(_CREATE.format(columns=columns))
    names = ", ".join(f'"{name}"' for name in batch.names)
    with cursor.db.wrap_database_errors, cursor.copy(f"COPY import_staged (line, id, {names}) FROM STDIN") as copy:
        new_id = uuid_utils.compat.uuid7
        for row in batch.rows:
            copy.write_row((row.line, new_id(), *row.values))
    analyze(cursor)


def analyze(cursor: CursorWrapper) -> None:
    """Tell the planner what is in the table: it takes an unknown one for nearly empty, and loops over it."""
    cursor.execute("ANALYZE import_staged (line, id, target, done, problem)")


def remember(cursor: CursorWrapper, batch: Batch) -> None:
    """Settle what is stored or refused, and note the records, so that later lines on the same ones are errors."""
    cursor.execute(_REMEMBER, [batch.record.pk])


def rounds(cursor: CursorWrapper, batch: Batch) -> Iterator[None]:
    """Yield until each row is done; rows that two rounds in a row leave open are contested.

    The second round sees what others inserted meanwhile, and the rows that waited for those of the first. Raises
    ``TangledError`` for more than a few rows that wait for each other for long.
    """
    left, idle, number = len(batch.rows), 0, 0
    while left and idle < IDLE_ROUNDS:
        number += 1
        if number > MOST_ROUNDS and len(batch.rows) > FEW_ROWS:
            raise TangledError
        yield
        before = left
        cursor.execute(_RELEASE)
        cursor.execute(_OPEN)
        [left] = cursor.fetchone()
        idle = 0 if left < before else idle + 1
    refuse(cursor, "contested", "true")


def refuse(cursor: CursorWrapper, problem: str, condition: str, parameters: Sequence[str] = ()) -> None:
    """Give the open rows that meet ``condition`` (SQL over ``s``) a problem."""
    cursor.execute(
        f"UPDATE import_staged s SET problem = %s "  # noqa: S608  # conditions are constants of the importers
        f"WHERE s.done IS NULL AND s.problem IS NULL AND ({condition})",
        [problem, *parameters],
    )


def outcome(
    cursor: CursorWrapper, batch: Batch, *, created: int, changed: int, reasons: Mapping[str, str | Promise]
) -> Outcome:
    """Drop the table and return what became of the batch; ``reasons`` words each problem, ``{}`` for the detail."""
    cursor.execute("SELECT line, problem, other FROM import_staged WHERE problem IS NOT NULL ORDER BY line")
    problems = [Problem(line, str(reasons[problem]).format(other)) for line, problem, other in cursor.fetchall()]
    cursor.execute("DROP TABLE import_staged")
    return Outcome(created, changed, len(batch.rows) - created - changed - len(problems), problems)
