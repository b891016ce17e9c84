"""What the database refused, in the words of the model's constraint and with pointers to the columns."""

import re
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from psycopg import errors
from rest_framework.exceptions import APIException

from api.exceptions import Collision, Fault, InvalidInput

# How PostgreSQL begins its detail: `Key (title, author_id)=(…) already exists.` The values are nobody's business.
KEY = re.compile(r"Key \(([\w, ]+)\)=")


def refused_by_constraint(error: IntegrityError) -> APIException:
    """Return what to answer: 409 for what collides with other rows, 400 for a value that is wrong by itself.

    Only what raced past validation comes here, or what nobody validates.
    """
    cause = error.__cause__
    if isinstance(cause, errors.NotNullViolation):
        return InvalidInput(Fault(_("This is required."), "required", _path(cause.diag.column_name)))
    if isinstance(cause, errors.CheckViolation):
        return InvalidInput(_check_fault(cause))
    if isinstance(cause, errors.ForeignKeyViolation):
        return Collision(_faults(cause, _("What this refers to is gone, or this is still in use."), "in_use"))
    if isinstance(cause, errors.UniqueViolation | errors.ExclusionViolation):
        return Collision(_faults(cause, _("This is taken, perhaps since a moment."), "unique"))
    return Collision([Fault(_("This collides with what is stored."), "conflict")])


def _faults(cause: errors.IntegrityError, text: str, code: str) -> list[Fault]:
    """Return a fault for each column of the key that PostgreSQL names."""
    found = KEY.match(cause.diag.message_detail or "")
    columns = found[1].split(", ") if found else [None]
    return [Fault(text, code, _path(column)) for column in columns]


def _check_fault(cause: errors.CheckViolation) -> Fault:
    """Return the fault in the words of the model's constraint; at its column where it is about one alone."""
    table, name = cause.diag.table_name, cause.diag.constraint_name
    models_ = [model for model in apps.get_models() if model._meta.db_table == table]
    constraints = [one for model in models_ for one in model._meta.constraints if one.name == name]
    text = _("This value is not possible.")
    for one in constraints:
        if isinstance(one, models.CheckConstraint):
            own = one.violation_error_message
            columns = _columns(one.condition)
            place = columns.pop() if len(columns) == 1 else None
            return Fault(str(own) if own != one.default_violation_error_message else text, "invalid", _path(place))
    return Fault(text)


def _columns(condition: Any) -> set[str]:
    """Return the columns that a condition names on its left sides."""
    children = getattr(condition, "children", [])
    return {
        name
        for child in children
        for name in ({child[0].partition("__")[0]} if isinstance(child, tuple) else _columns(child))
    }


def _path(column: str | None) -> tuple[str, ...]:
    return () if column is None else (column,)
