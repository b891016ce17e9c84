"""History of what people edit: who changed what, also by commands, bulk updates and raw SQL (django-pghistory)."""

from collections.abc import Callable, Sequence
from typing import TypeVar

import pghistory
import pgtrigger
from django.db import models

M = TypeVar("M", bound=type[models.Model])


def tracked(edited: Sequence[str]) -> Callable[[M], M]:
    """Return the decorator that records each insert, and each update that changes one of the ``edited`` fields.

    Inserts are recorded a statement at a time (free), updates a row at a time (statement-level ones are far slower).
    An update that names none of the columns, such as a sign-in's, costs nothing.
    """

    def track(model: M) -> M:
        columns = [str(model._meta.get_field(name).column) for name in edited]  # type: ignore[union-attr]  # own fields
        return pghistory.track(  # type: ignore[no-any-return]  # pghistory is untyped
            pghistory.InsertEvent(level=pgtrigger.Statement),
            pghistory.UpdateEvent(
                trigger_name="update_update",
                level=pgtrigger.Row,
                operation=pgtrigger.UpdateOf(*columns),
                condition=pgtrigger.AnyChange(*edited),
            ),
            fields=["id", *edited],
            model_name=f"{model.__name__}History",
            attrs={"pgh_id": models.BigAutoField(primary_key=True)},
            obj_field=pghistory.ObjForeignKey(related_name="history"),
        )(model)

    return track
