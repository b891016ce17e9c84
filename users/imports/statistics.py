"""The planner's statistics after an import: the server's own upkeep comes by a minute later or more."""

from django.db import connection, models

from users.imports.models import Import

WORTH_IT = 0.1  # of the table's rows, as the server's own upkeep has it
_ROWS = "SELECT reltuples FROM pg_class WHERE oid = %s::regclass"


def refresh_statistics(model: type[models.Model], record: Import) -> bool:
    """ANALYZE ``model``'s table where the import stored more than a tenth of its rows, and tell whether it did.

    Left to the server within a transaction of the caller, who would keep the lock, and where another holds the lock.
    """
    if connection.in_atomic_block:
        return False
    table = connection.ops.quote_name(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(_ROWS, [table])
        [rows] = cursor.fetchone()  # -1 where nobody has looked yet
        worth_it: bool = record.created + record.changed > max(rows, 0) * WORTH_IT
        if worth_it:
            cursor.execute(f"ANALYZE (SKIP_LOCKED) {table}")
    return worth_it
