"""Relations to insert and remove again: events of their own, people drawn from everybody."""

import random
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any, NamedTuple, Self
from uuid import UUID

import psycopg
from django.db import connection
from django.utils import timezone as clock
from uuid_utils.compat import uuid7

from events.models import Event

EVENTS = 500
PEOPLE = 50_000
_EXPLAIN = "SELECT set_config('crm.actor', '', true), set_config('crm.reason', 'benchmark', true)"
_COLUMNS = "(id, user_id, event_id, role, status, seq, created_at)"
_ONE = f"INSERT INTO relations_usereventrelation {_COLUMNS} VALUES (%s, %s, %s, %s, %s, %s, now())"  # noqa: S608  # constants
_MANY = (
    f"INSERT INTO relations_usereventrelation {_COLUMNS} "  # noqa: S608  # constants
    "SELECT *, now() FROM unnest(%s::uuid[], %s::uuid[], %s::uuid[], %s::text[], %s::text[], %s::bigint[])"
)


class Kind(NamedTuple):
    role: str
    status: str


Row = tuple[Any, ...]


class RelationRows:
    """Draws rows that nobody has yet, inserts them as the services would have to, and removes them."""

    def __init__(
        self, connections: Sequence["psycopg.Connection[Any]"], people: list[UUID], events: list[UUID]
    ) -> None:
        self._connections, self._people, self._events = connections, people, events
        self._random = random.Random(1)  # noqa: S311  # a draw that is the same every time
        self._pairs: set[tuple[UUID, UUID]] = set()

    @classmethod
    @contextmanager
    def opened(cls, number: int) -> Iterator[Self]:
        """Give rows with ``number`` connections of their own, and events that exist for the block."""
        events = Event.objects.bulk_create(
            Event(slug=f"benchmark-{uuid7()}", title="Benchmark", start_at=clock.now()) for _ in range(EVENTS)
        )
        parameters = {**connection.get_connection_params(), "cursor_factory": psycopg.Cursor, "autocommit": True}
        parameters.pop("context", None)
        connections = [psycopg.connect(**parameters) for _ in range(number)]
        try:
            yield cls(connections, drawn_people(PEOPLE), [event.pk for event in events])
        finally:
            for open_connection in connections:
                open_connection.close()
            Event.objects.filter(pk__in=[event.pk for event in events]).delete()

    def drawn(self, number: int, kind: Kind, *, among: int | None = None) -> list[Row]:
        """Return ``number`` new rows; ``among`` draws from the first few people and events only."""
        rows: list[Row] = []
        while len(rows) < number:
            pair = (self._random.choice(self._people[:among]), self._random.choice(self._events[:among]))
            if pair not in self._pairs:
                self._pairs.add(pair)
                rows.append((uuid7(), *pair, *kind, len(self._pairs)))
        return rows

    def insert(self, rows: list[Row], number: int = 0) -> None:
        """Insert rows by one statement in one transaction, on connection ``number``."""
        own = self._connections[number]
        with own.transaction():
            own.execute(_EXPLAIN)
            if len(rows) == 1:
                own.execute(_ONE, rows[0])
            else:
                own.execute(_MANY, [list(column) for column in zip(*rows, strict=True)])

    def insert_singly(self, rows: list[Row], number: int = 0) -> None:
        """Insert rows one by one, each in a transaction of its own."""
        for row in rows:
            self.insert([row], number)

    def remove(self) -> None:
        """Remove every row of the benchmark's events, and what the ledger says of them."""
        own = self._connections[0]
        of_ours = "event_id = ANY(%s)"
        with own.transaction():
            own.execute("SELECT set_config('crm.forgetting', 'on', true)")
            own.execute(
                # An array's length is taken to be short: the index is read, however many relations there are.
                f"DELETE FROM relations_relationtransition WHERE relation_id = ANY(ARRAY("  # noqa: S608  # constants
                f"SELECT id FROM relations_usereventrelation WHERE {of_ours}))",
                [self._events],
            )
        own.execute(f"DELETE FROM relations_usereventrelation WHERE {of_ours}", [self._events])  # noqa: S608  # constants
        self._pairs.clear()


def drawn_people(number: int) -> list[UUID]:
    """Return so many people, the same every time, or all where there are fewer."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT id FROM users_user ORDER BY md5(id::text) LIMIT %s", [number])
        return [person for (person,) in cursor.fetchall()]
