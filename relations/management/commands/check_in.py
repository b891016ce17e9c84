from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from django.core.management.base import CommandError
from django.db.models import Case, When

from api.exceptions import Conflict
from events.models import Event
from relations.door import look_at
from relations.management.naming import BAD_ARGUMENTS, event_named, people_named
from relations.management.steps import StepsCommand, refusal
from relations.models import Role, UserEventRelation
from relations.querysets import LIVE
from relations.registration import check_in
from users.management.rows import Row
from users.models import User


class Command(StepsCommand):
    help = "Record that people with a place have come, by name or by ticket; twice is once."
    columns = ("person", "email", "status", "new", "refused")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="id, external_id or slug")
        parser.add_argument("people", nargs="*", metavar="person", help="id, external_id or e-mail")
        parser.add_argument(
            "--ticket", action="append", default=[], dest="tickets", help="the code or address of a ticket; repeatable"
        )
        super().add_arguments(parser)

    def steps(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Check in one after the other, all named ones being known."""
        people, tickets = given["people"], given["tickets"]
        if not people and not tickets:
            raise CommandError("Name people, or a --ticket.", returncode=BAD_ARGUMENTS)
        found = event_named(given["event"])
        for person in people_named(people):
            relation = _registration(person, found)
            if relation is None:
                yield _row(person, "", is_new=False, refused=f"Is not registered for “{found}”. Register them first.")
            else:
                yield _checked_in(relation)
        for ticket in tickets:
            seen = look_at(found, ticket)
            yield (
                _row(None, "", is_new=False, refused=seen.text) if seen.relation is None else _checked_in(seen.relation)
            )


def _registration(person: User, event: Event) -> UserEventRelation | None:
    """Return the live registration of somebody, else their latest."""
    rows = UserEventRelation.objects.filter(event=event, user=person, role=Role.ATTENDEE)
    alive_first = Case(When(status__in=LIVE, then=0), default=1)
    return rows.select_related("user", "event").order_by(alive_first, "-seq").first()


def _checked_in(relation: UserEventRelation) -> Row:
    try:
        relation, is_new = check_in(relation=relation, actor=None, reason="checked in by a command")
    except Conflict as error:
        return _row(relation.user, relation.status, is_new=False, refused=refusal(error))
    return _row(relation.user, relation.status, is_new=is_new, refused="")


def _row(person: User | None, status: str, *, is_new: bool, refused: str) -> Row:
    name, email = (str(person), person.email) if person else ("", "")
    return {"person": name, "email": email, "status": status, "new": is_new, "refused": refused}
