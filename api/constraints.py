"""What the database refused, in the words of the model's constraint and with pointers to what was sent."""

import re
from collections.abc import Mapping
from typing import Any

from django.apps import apps
from django.db import IntegrityError, models
from django.utils.translation import gettext as _
from psycopg import errors
from rest_framework.exceptions import APIException
from rest_framework.generics import GenericAPIView

from api.exceptions import Collision, Fault, InvalidInput

# How PostgreSQL begins its detail: `Key (title, author_id)=(…) already exists.` The values are nobody's business.
KEY = re.compile(r"Key \(([\w, ]+)\)=")

# What a body calls a column of a table.
Names = Mapping[tuple[str, str], str]


def refused_by_constraint(error: IntegrityError, names: Names | None = None) -> APIException:
    """Return what to answer: 409 for what collides with other rows, 400 for a value that is wrong by itself.

    Only what raced past validation comes here, or what nobody validates. Faults are at the columns, or where ``names``
    say how a body calls them, there; a column that no body names is a matter of the whole.
    """
    cause = error.__cause__
    if isinstance(cause, errors.NotNullViolation):
        fault = Fault(_("This is required."), "required", _path(cause, cause.diag.column_name, names))
        return InvalidInput(fault)
    if isinstance(cause, errors.CheckViolation):
        return InvalidInput(_check_fault(cause, names))
    if isinstance(cause, errors.ForeignKeyViolation):
        text = _("What this refers to is gone, or this is still in use.")
        return Collision(_faults(cause, text, "in_use", names))
    if isinstance(cause, errors.UniqueViolation | errors.ExclusionViolation):
        return Collision(_faults(cause, _("This is taken, perhaps since a moment."), "unique", names))
    return Collision([Fault(_("This collides with what is stored."), "conflict")])


def names_in_body(view: Any) -> Names:
    """Return how a body that ``view`` reads names the columns of its model: nothing where it reads no model's."""
    serializer_class: Any = view.get_serializer_class() if isinstance(view, GenericAPIView) else None
    model = getattr(getattr(serializer_class, "Meta", None), "model", None)
    if serializer_class is None or model is None:
        return {}
    columns = {name: one.column for one in model._meta.concrete_fields for name in (one.name, one.attname)}
    written = {name: str(one.source) for name, one in serializer_class().fields.items() if not one.read_only}
    return {(model._meta.db_table, columns[source]): name for name, source in written.items() if source in columns}


def _faults(cause: errors.IntegrityError, text: str, code: str, names: Names | None) -> list[Fault]:
    """Return a fault for each column of the key that PostgreSQL names."""
    found = KEY.match(cause.diag.message_detail or "")
    columns = found[1].split(", ") if found else [None]
    return list(dict.fromkeys(Fault(text, code, _path(cause, column, names)) for column in columns))


def _check_fault(cause: errors.CheckViolation, names: Names | None) -> Fault:
    """Return the fault in the words of the model's constraint; at its column where it is about one alone."""
    table, name = cause.diag.table_name, cause.diag.constraint_name
    models_ = [model for model in apps.get_models() if model._meta.db_table == table]
    constraints = [(model, one) for model in models_ for one in model._meta.constraints if one.name == name]
    text = _("This value is not possible.")
    for model, one in constraints:
        if isinstance(one, models.CheckConstraint):
            own = one.violation_error_message
            fields = _fields(one.condition)
            columns = {one.name: one.column for one in model._meta.concrete_fields}
            column = columns.get(fields.pop()) if len(fields) == 1 else None
            said = str(own) if own != one.default_violation_error_message else text
            return Fault(said, "invalid", _path(cause, column, names))
    return Fault(text)


def _fields(condition: Any) -> set[str]:
    """Return the fields that a condition names on its left sides."""
    children = getattr(condition, "children", [])
    return {
        name
        for child in children
        for name in ({child[0].partition("__")[0]} if isinstance(child, tuple) else _fields(child))
    }


def _path(cause: errors.IntegrityError, column: str | None, names: Names | None) -> tuple[str, ...]:
    if names is not None:
        column = names.get((cause.diag.table_name or "", column or ""))
    return () if column is None else (column,)
