"""Lines of the ledger told to a viewer: with who got whose place, and with the names that the viewer may know."""

from bisect import bisect
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from itertools import groupby
from typing import Any

from django.utils.translation import gettext as _

from relations.explanations.lines import GOT_PLACE_OF, REGISTRATION, WENT_TO, YOU, Line, change_of
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE
from users.models import User

Lines = Sequence[RelationTransition]


class Telling:
    """How some lines of one event's ledger are told to ``viewer`` (None: an operator), beside the event's changes.

    Two queries, and one for the viewer's roles.
    """

    def __init__(self, relation: UserEventRelation, viewer: User | None, lines: Lines, changes: list[Line]) -> None:
        self.relation = relation
        self.viewer = viewer
        relations = {line.relation_id for line in lines}
        known = UserEventRelation.objects.filter(pk__in=relations)
        known = known if viewer is None else known.visible_to(viewer)
        self.known = set(known.values_list("pk", flat=True)) if relations else set()
        others = UserEventRelation.objects.filter(event=relation.event_id, role__in=(Role.OWNER, Role.HOST))
        self.no_attendees = list(others.order_by("seq").values_list("seq", flat=True)) if relations else []
        passed_on = list(_passed_on(sorted([*lines, *changes], key=_by_time)))
        self.got_from = {taker.pk: giver for giver, taker in passed_on}
        self.went_to = {giver.pk: taker for giver, taker in passed_on}

    def line(self, line: RelationTransition) -> Line:
        """Tell one line."""
        kind, said = change_of(line)
        words = {"who": self.who(line), "status": Status(line.to_status).label}
        giver, taker = self.got_from.get(line.pk), self.went_to.get(line.pk)
        said = _(said) % words
        if giver:
            said = f"{said} {GOT_PLACE_OF % {'other': self.other(giver)}}"
        if taker:
            said = f"{said} {WENT_TO % {'other': self.other(taker)}}"
        is_own, is_known = line.relation_id == self.relation.pk, line.relation_id in self.known
        return Line(
            at=line.at,
            kind=kind,
            text=said[:1].upper() + said[1:],
            id=line.pk,
            seq=line.relation.seq,
            is_own=is_own,
            user_id=line.relation.user_id if is_known else None,
            name=str(line.relation.user) if is_known else "",
            reason=line.reason if is_known else "",
            place_of=giver.relation.seq if giver else None,
            went_to=taker.relation.seq if taker else None,
        )

    def who(self, line: RelationTransition) -> str:
        """Return how the one of a line is called."""
        is_viewer = self.viewer is not None and line.relation.user_id == self.viewer.pk
        return str(YOU) if is_viewer else self.other(line)

    def other(self, line: RelationTransition) -> str:
        """Return the name of the one of a line where it may be known, else the number among the attendees."""
        if line.relation_id in self.known:
            return str(line.relation.user)
        seq = line.relation.seq
        return REGISTRATION % {"number": seq - bisect(self.no_attendees, seq)}


def _by_time(happened: RelationTransition | Line) -> tuple[datetime, int]:
    return happened.at, happened.id or 0


def _passed_on(
    happened: Iterable[RelationTransition | Line],
) -> Iterator[tuple[RelationTransition, RelationTransition]]:
    """Yield who gave a place up and who got it, of what happened with the oldest first.

    Places pass under the lock on the event's capacity: who gets them comes right after who gave them up, and with
    another capacity in between they are other places.
    """
    givers: list[Any] = []
    for kind, group in groupby(happened, _kind_of):
        together: list[Any] = list(group)
        if kind == "got":
            yield from zip(givers[-len(together) :], together, strict=False)
        givers = together if kind == "gave" else []


def _kind_of(happened: RelationTransition | Line) -> str:
    if isinstance(happened, Line):
        return "changed"
    was, becomes = happened.from_status in HOLDING_A_PLACE, happened.to_status in HOLDING_A_PLACE
    if was and not becomes:
        return "gave"
    return "got" if becomes and happened.from_status == Status.WAITLISTED else "other"
