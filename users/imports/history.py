"""History of updated records, a batch in one statement.

The trigger that writes it a row at a time asks each time whether it is ignored and stores the context anew: that took
as long as writing the changed rows to their table and all its indexes.
"""

from collections.abc import Iterator
from contextlib import contextmanager

import pgtrigger
from django.db import models
from django.db.backends.utils import CursorWrapper

# The context is stored with the first changed row, and not at all where none changes.
_RECORDED = """
    WITH changed AS ({update} RETURNING {returned})
    INSERT INTO {history} ({columns}, pgh_obj_id, pgh_label, pgh_created_at, pgh_context_id)
    SELECT {columns}, id, 'update', now(), (SELECT _pgh_attach_context()) FROM changed
"""
_IGNORE = "SELECT set_config('pgtrigger.ignore', %s, true)"
_OWN_PREFIX = "pgh_"


def recorded(update: str, model: type[models.Model]) -> str:
    """Return ``update``, an UPDATE of ``model``'s table as ``t``, as a statement that writes its history too.

    Its row count is the number of updated rows. Each gets a row of history, so that ``update`` has to leave alone the
    rows in which no tracked field differs. To be run within ``trigger_ignored``.
    """
    history = model._meta.get_field("history").related_model._meta  # type: ignore[union-attr]  # made by pghistory
    columns = [field.column for field in history.concrete_fields if not field.name.startswith(_OWN_PREFIX)]
    returned = ", ".join(f't."{column}"' for column in columns)
    quoted = ", ".join(f'"{column}"' for column in columns)
    return _RECORDED.format(update=update, history=history.db_table, returned=returned, columns=quoted)


@contextmanager
def trigger_ignored(cursor: CursorWrapper, model: type[models.Model]) -> Iterator[None]:
    """Have ``model``'s updates write no history within the block; a savepoint's rollback ends that as well."""
    [(_model, trigger)] = pgtrigger.registered(f"{model._meta.label}:update_update")
    cursor.execute(_IGNORE, [f"{{{trigger.get_pgid(model)}}}"])  # type: ignore[arg-type]  # it takes the class
    yield
    cursor.execute(_IGNORE, ["{}"])
