"""Upsert of a batch by two keys: UPDATE the matched, INSERT the rest, match again what remains.

``ON CONFLICT DO UPDATE`` takes one key, people and events have two: ``external_id`` and e-mail or slug.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db import models
from django.db.backends.utils import CursorWrapper
from django.db.models import Field
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy

from users.imports.constraints import refuse_violating
from users.imports.history import recorded, trigger_ignored
from users.imports.kinds import Batch, Outcome
from users.imports.order import Claim, hold_back, waiting
from users.imports.staging import analyze, outcome, remember, rounds, stage

# A person found by the second key alone is somebody else when both sides have an external_id.
_MATCH = """
    UPDATE import_staged s SET target = f.target, problem = f.problem, other = f.other
      FROM (
        SELECT p.line, p.target, COALESCE(p.problem, CASE WHEN r.line IS NOT NULL THEN 'repeated' END) AS problem,
               CASE WHEN p.problem IS NULL THEN r.line::text
                    ELSE p.owner || COALESCE(' (line ' || r.line || ')', '') END AS other
          FROM (
            SELECT x.line, COALESCE(a.id, b.id) AS target, b.external_id AS owner,
                   CASE WHEN a.id <> b.id THEN 'two'
                        WHEN a.id IS NULL AND b.external_id <> x.external_id THEN 'taken' END AS problem
              FROM import_staged x
              LEFT JOIN {table} a ON a.external_id = x.external_id
              LEFT JOIN {table} b ON b.{second} = x.{second}
             WHERE x.done IS NULL
          ) p LEFT JOIN users_importedrow r ON r.of_import_id = %s AND r.object_id = p.target
         WHERE p.target IS NOT NULL
      ) f WHERE s.line = f.line
"""
# A row's keys are those that it names and those that its record has now and may lose.
_CLAIMS = """
    SELECT line, array_agg(key), bool_or(refused) FROM (
        SELECT s.line, s.problem IS NOT NULL AS refused, k.key, COUNT(*) OVER (PARTITION BY k.key) AS rows
          FROM import_staged s LEFT JOIN {table} t ON t.id = s.target
          CROSS JOIN unnest(ARRAY[
                'external_id ' || s.external_id,
                '{second} ' || s.{second},
                CASE WHEN t.external_id IS DISTINCT FROM s.external_id THEN 'external_id ' || t.external_id END,
                CASE WHEN t.{second} IS DISTINCT FROM s.{second} THEN '{second} ' || t.{second} END]) k (key)
         WHERE s.done IS NULL AND k.key IS NOT NULL) c
     WHERE rows >= %s GROUP BY line ORDER BY line
"""
_DIFFERING = "s.target = t.id AND s.done IS NULL AND s.problem IS NULL AND ({old}) IS DISTINCT FROM ({new})"
_LOCK = """
    SELECT COALESCE(array_agg(locked.id ORDER BY locked.id) FILTER (WHERE locked.watched), '{{}}') FROM (
        SELECT t.id, {watched} AS watched FROM {table} t JOIN import_staged s ON {differing}
         ORDER BY t.id FOR NO KEY UPDATE OF t) locked
"""
_UPDATE = "UPDATE {table} t SET {assignments} FROM import_staged s WHERE {differing}"
_INSERT = """
    WITH made AS (
        INSERT INTO {table} (id, {columns}) SELECT s.id, {values} FROM import_staged s
         WHERE s.target IS NULL AND s.problem IS NULL AND s.done IS NULL
         ORDER BY COALESCE(s.external_id, s.{second})
            ON CONFLICT DO NOTHING RETURNING id)
    UPDATE import_staged s SET target = s.id FROM made WHERE made.id = s.id
"""
REASONS: Mapping[str, str | Promise] = {
    "refused": "{}",
    "contested": gettext_lazy("somebody else is storing the same record; import the file again"),
}


@dataclass
class Upsert:
    """How records of ``model`` are matched and stored.

    ``reasons`` words the problems ``two`` (the keys name two records), ``taken`` (the second key is that of ``{}``) and
    ``repeated`` (line ``{}`` is about the same record).

    ``expressions`` gives SQL over the staged row ``s`` for columns of new rows, instead of the cell or the default;
    they may use ``extra`` columns. A subclass may watch some changes and do more between match and write.
    """

    model: type[models.Model]
    second_key: str
    reasons: Mapping[str, str | Promise]
    keeping: Sequence[str]
    expressions: dict[str, str] = field(default_factory=dict)
    extra: str = ""

    def run(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Store a batch inside the caller's transaction: locks the differing rows in the order of their ids."""
        stage(cursor, batch, self._staged(batch.names))
        created = changed = 0
        for _round in rounds(cursor, batch):
            cursor.execute(_MATCH.format(table=self._table, second=self.second_key), [batch.record.pk])
            for name, reason in batch.violated.items():
                refuse_violating(cursor, self._table, self._new(batch.names), constraint=name, reason=reason)
            hold_back(cursor, waiting(self.claims(cursor)))
            analyze(cursor)
            changed += self._update(cursor, batch.names)
            self.before_insert(cursor)
            created += self._insert(cursor, batch.names)
            remember(cursor, batch)
        return outcome(cursor, batch, created=created, changed=changed, reasons={**REASONS, **self.reasons})

    def claims(self, cursor: CursorWrapper, *, shared_by: int = 2) -> Iterable[Claim]:
        """Return, in the order of lines, what open rows claim of the keys that at least ``shared_by`` of them name."""
        cursor.execute(_CLAIMS.format(table=self._table, second=self.second_key), [shared_by])
        return [Claim(line, keys, keys, refused) for line, keys, refused in cursor.fetchall()]

    def watched(self, names: Sequence[str]) -> str:
        """Return the condition, SQL over stored ``t`` and staged ``s``, on which ``before_update`` hears of a row."""
        return "false"

    def before_update(self, ids: Sequence[UUID]) -> None:
        """Do what must come before the watched rows ``ids`` of a round, locked already, are updated."""

    def before_insert(self, cursor: CursorWrapper) -> None:
        """Do what must come before the rest of a round is inserted."""

    @cached_property
    def _table(self) -> str:
        return self.model._meta.db_table

    def _staged(self, names: Sequence[str]) -> str:
        """Return both keys and the file's columns with their types, as the body of a SELECT."""
        columns = dict.fromkeys(["external_id", self.second_key, *names])
        return f"{', '.join(columns)} {self.extra} FROM {self._table}"

    def _new(self, names: Sequence[str]) -> dict[str, str]:
        return {name: f"COALESCE(s.{name}, t.{name})" if name in self.keeping else f"s.{name}" for name in names}

    def _update(self, cursor: CursorWrapper, names: Sequence[str]) -> int:
        new = self._new(names)
        differing = _DIFFERING.format(old=", ".join(f"t.{name}" for name in names), new=", ".join(new.values()))
        assignments = ", ".join(f"{name} = {value}" for name, value in new.items())
        cursor.execute(_LOCK.format(table=self._table, differing=differing, watched=self.watched(names)))
        self.before_update(cursor.fetchone()[0])
        update = _UPDATE.format(table=self._table, differing=differing, assignments=assignments)
        with trigger_ignored(cursor, self.model):
            cursor.execute(recorded(update, self.model))
            updated = cursor.rowcount
        return int(updated)

    def _insert(self, cursor: CursorWrapper, names: Sequence[str]) -> int:
        values = {name: f"s.{name}" for name in names}
        parameters = []
        for column in self.model._meta.concrete_fields:
            if column.name not in values and not _left_to_the_database(column):
                values[column.column] = self.expressions.get(column.name, "%s")
                if column.name not in self.expressions:
                    parameters.append(column.get_db_prep_save(column.get_default(), cursor.db))
        values |= {name: self.expressions[name] for name in values if name in self.expressions}
        statement = _INSERT.format(
            table=self._table, columns=", ".join(values), values=", ".join(values.values()), second=self.second_key
        )
        cursor.execute(statement, parameters)
        return int(cursor.rowcount)


def _left_to_the_database(column: "Field[Any, Any]") -> bool:
    return column.primary_key or column.db_default is not models.NOT_PROVIDED
