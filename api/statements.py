"""Statements that go to the server together, and rows that come back as models: where a lock is held, ways are time."""

from collections.abc import Sequence
from functools import cache
from typing import Any, TypeVar

from django.db import DEFAULT_DB_ALIAS, connection
from django.db.models import Model

M = TypeVar("M", bound=Model)
Statement = tuple[str, Sequence[Any]]
Rows = list[tuple[Any, ...]]


def send(*statements: Statement) -> list[Rows]:
    """Send SQL statements, each with its parameters, in one way to the server and back; return the rows of each.

    Each sees what those before it did and waited for, as when they are sent one by one. Where one fails the rest are
    left undone; outside a transaction all are.
    """
    with connection.cursor() as cursor:
        given = [one for _sql, parameters in statements for one in parameters]
        cursor.execute("; ".join(sql for sql, _parameters in statements), given)
        # Counted from the last: where history is kept, it sends a statement before these and has read past the answers.
        answers = map(cursor.set_result, range(-len(statements), 0))
        return [answer.fetchall() if answer.description else [] for answer in answers]


@cache
def columns(model: type[Model]) -> str:
    """Return the columns of ``model`` for a SELECT or an INSERT, in the order of its fields."""
    return ", ".join(f'"{field.column}"' for field in model._meta.concrete_fields)


def instances(model: type[M], rows: Rows) -> list[M]:
    """Return what a SELECT of ``columns`` found."""
    names = [field.attname for field in model._meta.concrete_fields]
    return [model.from_db(DEFAULT_DB_ALIAS, names, row) for row in rows]


def insertion(stored: Model) -> Statement:
    """Return the statement that inserts ``stored`` as it is."""
    fields = stored._meta.concrete_fields
    places = ", ".join(["%s"] * len(fields))
    sql = f"INSERT INTO {stored._meta.db_table} ({columns(type(stored))}) VALUES ({places})"  # noqa: S608  # names of ours
    return sql, [getattr(stored, field.attname) for field in fields]
