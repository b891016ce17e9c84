"""Staged rows that a CHECK constraint would refuse, found in one statement instead of one by one."""

from collections.abc import Mapping

from django.db.backends.utils import CursorWrapper

_READ = """
    SELECT pg_get_expr(c.conbin, c.conrelid), array_agg(a.attname)
      FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = ANY (c.conkey)
     WHERE c.contype = 'c' AND c.conrelid = %s::regclass AND c.conname = %s GROUP BY c.oid
"""
_REFUSE = """
    UPDATE import_staged s SET problem = 'refused', other = %s
      FROM (SELECT r.line FROM (
              SELECT s.line, {columns} FROM import_staged s LEFT JOIN {table} t ON t.id = s.target
               WHERE s.done IS NULL AND s.problem IS NULL) r
             WHERE NOT ({condition})) f
     WHERE s.line = f.line
"""


def refuse_violating(
    cursor: CursorWrapper, table: str, new: Mapping[str, str], *, constraint: str, reason: str
) -> None:
    """Give the open rows that violate ``constraint`` of ``table`` the problem ``refused`` with ``reason``.

    ``new`` gives SQL over staged ``s`` and stored ``t`` for the columns of the file; others stay as they are stored. A
    new row's other columns count as unknown: what only their defaults violate is left to the database.
    """
    cursor.execute(_READ, [table, constraint])
    for condition, names in cursor.fetchall():
        columns = ", ".join(f'{new.get(name, f"t.{name}")} AS "{name}"' for name in names)
        statement = _REFUSE.format(columns=columns, table=table, condition=condition.replace("%", "%%"))
        cursor.execute(statement, [reason])
