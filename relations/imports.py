"""Relations from a file: who hosts, owns and attends what, straight from another system.

One row per person, event and role says how that stands now. Imports may exceed an event's capacity; they say so.
Locks: the batch's capacities by id, then its people by id.
"""

from collections.abc import Sequence
from dataclasses import replace
from uuid import UUID

from django.db import connection
from django.db.backends.utils import CursorWrapper

from events.models import Event
from relations import import_sql as sql
from relations.ledger import stated
from relations.models import STATUSES_OF_STAFF, Role, UserEventRelation
from relations.services import lock_capacity, promote
from users.imports.columns import REQUIRED, Column, column_of
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome
from users.imports.models import Import
from users.imports.staging import analyze, outcome, refuse, remember, some_are_open, stage
from users.models import User

KEYS = (("user_external_id", "user_email"), ("event_external_id", "event_slug"))
LONGEST_ID = 200
SHOWN_EVENTS = 10
ROUNDS = 2  # the second words why the first could not insert a row
WORDS_FOR_ROLES = {"participant": Role.ATTENDEE}
REASONS = {
    "unknown_person": "no person has this user_external_id",
    "unknown_email": "no person has this user_email",
    "unknown_event": "no event has this event_external_id",
    "unknown_slug": "no event has this event_slug",
    "two_people": "user_external_id and user_email belong to two different persons",
    "two_events": "event_external_id and event_slug belong to two different events",
    "no_capacity": "the event has lost its capacity row; run check_counts --repair",
    "not_begun": "the event has not begun: nobody has attended it",
    "over": "the event is over; say attended, no_show, cancelled or what else ended it",
    "closed": "the event is a draft or cancelled and takes nobody",
    "second_owner": "the event has another owner already",
    "repeated": "line {} is about the same person, event and role already",
    "contested": "somebody else is storing the same relation; import the file again",
}


def identifier(text: str) -> str:
    """Return an external_id or UUID that could name a record."""
    if len(text) > LONGEST_ID:
        raise ValueError(f"{len(text):,} characters; at most {LONGEST_ID} fit")
    return text


def role(text: str) -> str:
    """Return the role that a word means."""
    word = WORDS_FOR_ROLES.get(text, text)
    if word not in Role.values:
        raise ValueError(f"“{text[:40]}” is none of {', '.join([*Role.values, *WORDS_FOR_ROLES])}")
    return word


class RelationImport(ImportKind):
    """Relations by person, event and role. An empty status leaves the stored one; a new relation is confirmed."""

    name = "relations"
    model = UserEventRelation
    columns = [
        Column("user_external_id", identifier, None),
        replace(column_of(User, "email"), name="user_email"),
        Column("event_external_id", identifier, None),
        replace(column_of(Event, "slug", keeps=True), name="event_slug"),
        Column("role", role, REQUIRED),
        column_of(UserEventRelation, "status", keeps=True),
    ]
    required = [*KEYS, ("role",)]

    def check(self, names: Sequence[str], values: list[object]) -> None:
        """Refuse a row that names nobody or no event, and a status that the role cannot have."""
        row = dict(zip(names, values, strict=True))
        for keys in KEYS:
            if not any(row.get(key) for key in keys):
                raise RowError(f"has neither {' nor '.join(keys)}")
        if row["role"] != Role.ATTENDEE and row.get("status") not in {None, *STATUSES_OF_STAFF}:
            raise RowError(f"status: an {row['role']} is confirmed, attended or cancelled, not {row['status']}")

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Upsert relations with their seats, counts and ledger, and promote where seats became free."""
        stage(cursor, batch, sql.STAGED)
        self._resolve(cursor)
        created = changed = 0
        freed: set[UUID] = set()
        with stated(actor=None, reason=f"import {batch.record.pk}"):
            for _round in range(ROUNDS):
                self._match(cursor, batch)
                freed |= self._freed(cursor)
                cursor.execute(sql.UPDATE)
                changed += cursor.rowcount
                remember(cursor, batch)
                refuse(cursor, "second_owner", sql.SECOND_OWNER)
                cursor.execute(sql.INSERT)
                created += cursor.rowcount
                remember(cursor, batch)
                if not some_are_open(cursor):
                    break
        refuse(cursor, "contested", "true")
        stored = outcome(cursor, batch, created=created, changed=changed, reasons=REASONS)
        for event_id in sorted(freed):
            promote(lock_capacity(event_id), actor=None)
        return stored

    def remarks(self, record: Import) -> list[str]:
        """Return which of the file's events hold more people than they have room for."""
        with connection.cursor() as cursor:
            cursor.execute(sql.OVER_CAPACITY, [record.pk])
            events = cursor.fetchall()
        if not events:
            return []
        shown = [f"  {title}: {taken:,} of {capacity:,}" for title, taken, capacity in events[:SHOWN_EVENTS]]
        more = [f"  and {len(events) - SHOWN_EVENTS:,} more"] if len(events) > SHOWN_EVENTS else []
        return [f"{len(events):,} events hold more people than their capacity:", *shown, *more]

    def _resolve(self, cursor: CursorWrapper) -> None:
        """Find people and events, and lock them."""
        cursor.execute(sql.RESOLVE_PEOPLE)
        cursor.execute(sql.RESOLVE_EVENTS)
        cursor.execute(sql.LOCK_CAPACITIES)
        cursor.execute(sql.LOCK_PEOPLE)
        for problem, condition in sql.UNRESOLVED.items():
            refuse(cursor, problem, condition)

    def _match(self, cursor: CursorWrapper, batch: Batch) -> None:
        cursor.execute(sql.MATCH)
        analyze(cursor)
        for problem, condition in sql.GUARDS.items():
            refuse(cursor, problem, condition)
        cursor.execute(sql.REPEATED, [batch.record.pk])

    def _freed(self, cursor: CursorWrapper) -> set[UUID]:
        cursor.execute(sql.FREED)
        return {row[0] for row in cursor.fetchall()}
