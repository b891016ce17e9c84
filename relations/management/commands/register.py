from argparse import ArgumentParser
from collections.abc import Iterator, Mapping
from typing import Any

from api.exceptions import Conflict
from events.models import Event
from relations.management.naming import event_named, people_named
from relations.management.steps import StepsCommand, refusal
from relations.queue import places_in_queues
from relations.registration import register
from users.management.rows import Row
from users.models import User


class Command(StepsCommand):
    help = "Register people for an event by the rules: confirmed, or waitlisted behind those who wait."
    columns = ("person", "email", "status", "place", "new", "refused")

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("event", help="id, external_id or slug")
        parser.add_argument("people", nargs="+", metavar="person", help="id, external_id or e-mail")
        super().add_arguments(parser)

    def steps(self, given: Mapping[str, Any]) -> Iterator[Row]:
        """Register one after the other, all named ones being known."""
        found = event_named(given["event"])
        for person in people_named(given["people"]):
            yield {"person": str(person), "email": person.email, **_registered(person, found)}


def _registered(person: User, event: Event) -> Row:
    try:
        relation, is_new = register(user=person, event=event, actor=None, reason="registered by a command")
    except Conflict as error:
        return {"status": "", "place": None, "new": False, "refused": refusal(error)}
    place = places_in_queues([relation.pk]).get(relation.pk)
    return {"status": relation.status, "place": place, "new": is_new, "refused": ""}
