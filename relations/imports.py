"""Relations from a file: who hosts, owns and attends what, straight from another system.

One row per person, event and role says how that stands now. Imports may exceed an event's capacity; they say so.
Locks: the batch's capacities by id, then its people's counts by id.
"""

from collections.abc import Sequence
from dataclasses import replace

from django.db import connection
from django.db.backends.utils import CursorWrapper
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from events.models import Event
from relations import import_sql as sql
from relations.ledger import stated
from relations.models import STATUSES_OF_STAFF, Role, UserEventRelation
from relations.seats import lock_capacity, settle_queue
from relations.transitions import Refusal
from users.imports.columns import REQUIRED, Column, column_of
from users.imports.errors import RowError
from users.imports.kinds import Batch, ImportKind, Outcome
from users.imports.models import Import
from users.imports.order import Claim, hold_back, waiting
from users.imports.staging import analyze, outcome, refuse, remember, rounds, stage
from users.models import User

KEYS = (("user_external_id", "user_email"), ("event_external_id", "event_slug"))
LONGEST_ID = 200
SHOWN_EVENTS = 10
WORDS_FOR_ROLES = {"participant": Role.ATTENDEE}
REASONS = {
    "unknown_person": gettext_lazy("no person has this user_external_id"),
    "unknown_email": gettext_lazy("no person has this user_email"),
    "unknown_event": gettext_lazy("no event has this event_external_id"),
    "unknown_slug": gettext_lazy("no event has this event_slug"),
    "two_people": gettext_lazy("user_external_id and user_email belong to two different persons"),
    "two_events": gettext_lazy("event_external_id and event_slug belong to two different events"),
    "no_capacity": gettext_lazy("the event has lost its capacity row; run check_counts --repair"),
    Refusal.NOT_BEGUN: gettext_lazy("the event has not begun: nobody has attended or missed it"),
    Refusal.OVER: gettext_lazy("the event is over; say attended, no_show, cancelled or what else ended it"),
    Refusal.CLOSED: gettext_lazy("the event is a draft or cancelled and takes nobody"),
    Refusal.IMPOSSIBLE: gettext_lazy("what is stored cannot become this; cancel it first"),
    "second_owner": gettext_lazy("the event has another owner already"),
    "repeated": gettext_lazy("line {} is about the same person, event and role already"),
    "contested": gettext_lazy("somebody else is storing the same relation; import the file again"),
}


def identifier(text: str) -> str:
    """Return an external_id or UUID that could name a record."""
    if len(text) > LONGEST_ID:
        raise ValueError(
            _("%(number)s characters; at most %(most)s fit") % {"number": f"{len(text):,}", "most": LONGEST_ID}
        )
    return text


def role(text: str) -> str:
    """Return the role that a word means."""
    word = WORDS_FOR_ROLES.get(text, text)
    if word not in Role.values:
        known = ", ".join([*Role.values, *WORDS_FOR_ROLES])
        raise ValueError(_("“%(word)s” is none of %(known)s") % {"word": text[:40], "known": known})
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
        reasons = [
            _("has neither %(key)s nor %(other)s") % {"key": keys[0], "other": keys[1]}
            for keys in KEYS
            if not any(row.get(key) for key in keys)
        ]
        if row["role"] != Role.ATTENDEE and row.get("status") not in {None, *STATUSES_OF_STAFF}:
            reason = _("status: who is %(role)s is confirmed, attended or cancelled, not %(status)s")
            reasons.append(reason % {"role": row["role"], "status": row["status"]})
        if reasons:
            raise RowError(*reasons)

    def store(self, cursor: CursorWrapper, batch: Batch) -> Outcome:
        """Upsert relations with their seats, counts and ledger."""
        stage(cursor, batch, sql.STAGED)
        self._resolve(cursor)
        remember(cursor, batch)
        created = changed = 0
        with stated(actor=None, reason=f"import {batch.record.pk}"):
            for _round in rounds(cursor, batch):
                self._match(cursor, batch)
                cursor.execute(sql.UPDATE)
                changed += cursor.rowcount
                remember(cursor, batch)
                cursor.execute(sql.INSERT)
                created += cursor.rowcount
                remember(cursor, batch)
        return outcome(cursor, batch, created=created, changed=changed, reasons=REASONS)

    def conclude(self, record: Import) -> None:
        """Give the places that are free to who waits: only now, since later rows may have been about to take them."""
        with connection.cursor() as cursor:
            cursor.execute(sql.WITH_ROOM_BESIDE_A_QUEUE, [record.pk])
            events = [event_id for (event_id,) in cursor.fetchall()]
        for event_id in events:
            settle_queue(lock_capacity(event_id))

    def remarks(self, record: Import) -> list[str]:
        """Return which of the file's events hold more people than they have room for."""
        with connection.cursor() as cursor:
            cursor.execute(sql.OVER_CAPACITY, [record.pk])
            events = cursor.fetchall()
        if not events:
            return []
        heading = ngettext(
            "%(number)s event holds more people than its capacity:",
            "%(number)s events hold more people than their capacity:",
            len(events),
        ) % {"number": f"{len(events):,}"}
        shown = [
            "  " + _("%(event)s: %(taken)s of %(capacity)s") % {"event": title, "taken": taken, "capacity": capacity}
            for title, taken, capacity in events[:SHOWN_EVENTS]
        ]
        left = len(events) - SHOWN_EVENTS
        more = ["  " + _("and %(number)s more") % {"number": f"{left:,}"}] if left > 0 else []
        return [heading, *shown, *more]

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
        cursor.execute(sql.GUARD)
        refuse(cursor, "second_owner", sql.SECOND_OWNER)
        cursor.execute(sql.REPEATED, [batch.record.pk])
        cursor.execute(sql.OWNERS_OF_ONE_EVENT)
        hold_back(cursor, waiting(Claim(line, [event], [event], refused) for line, event, refused in cursor.fetchall()))
