"""The account of one registration: the ledger of its event as far as it concerns it, and the event's own changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import BooleanField, F, Func, Q, QuerySet

from relations.explanations.event_changes import changes_of
from relations.explanations.lines import Line
from relations.explanations.standing import Standing, standing_of
from relations.explanations.telling import Telling
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE, LIVE
from users.models import User

LINES = 50
Own = Sequence[RelationTransition]
FROM_A_PLACE, TO_A_PLACE = Q(from_status__in=HOLDING_A_PLACE), Q(to_status__in=HOLDING_A_PLACE)
UNSETTLED = (Status.PENDING, Status.WAITLISTED, Status.OFFERED)


class IsOneOf(Func):
    """Whether a column is in an array: unlike IN, always looked up by an index of the column.

    The ledger is as long as all events together, and to walk it from its end would take as long.
    """

    template = "(%(expressions)s))"
    arg_joiner = " = ANY("
    output_field = BooleanField()


@dataclass(frozen=True)
class Explanation:
    """How a registration stands and why: the newest lines first; ``older`` is the line to go on ``before``, if any."""

    relation: UserEventRelation
    standing: Standing
    lines: list[Line]
    older: int | None


def explain(
    relation: UserEventRelation, viewer: User | None, *, before: int | None = None, limit: int = LINES
) -> Explanation:
    """Return a page of the account of ``relation`` as ``viewer`` (None: an operator) may read it.

    It begins with the registration. While it waits, every place that others got or gave up is told, and who left the
    queue before it; others by their number, and by name to who may know of their registrations. A fixed number of
    queries, whatever the length.
    """
    own = list(RelationTransition.objects.filter(relation=relation).order_by("pk"))
    found = list(_lines(relation, own, before, limit + 2)) if own else []
    newer = [line for line in found if line.pk == before]
    page, rest = found[len(newer) :][:limit], found[len(newer) :][limit:]
    changes = changes_of(relation.event) if own else []
    told = Telling(relation, viewer, [*newer, *page, *rest], changes)
    lines = [told.line(line) for line in page]
    if own:
        since = page[-1].at if rest else own[0].at
        ended = own[-1].at if own[-1].to_status not in LIVE else None
        until = newer[0].at if newer else ended
        lines += [change for change in changes if since < change.at and (until is None or change.at <= until)]
    lines.sort(key=lambda line: (line.at, line.id or 0), reverse=True)
    return Explanation(relation, standing_of(relation), lines, page[-1].pk if rest else None)


def _lines(
    relation: UserEventRelation, own: Sequence[RelationTransition], before: int | None, most: int
) -> "QuerySet[RelationTransition]":
    """Return the newest lines of the ledger that concern ``relation``, from ``before`` back, ``most`` of them."""
    if own[0].to_status not in UNSETTLED:
        return _told(RelationTransition.objects.filter(relation=relation), before, most)
    others = (FROM_A_PLACE & ~TO_A_PLACE) | (TO_A_PLACE & ~FROM_A_PLACE)
    ahead = Q(relation__seq__lt=relation.seq)
    others |= ahead & (Q(from_status=Status.WAITLISTED) | Q(from_status=Status.PENDING, to_status=Status.WAITLISTED))
    settled = next((line.pk for line in own if line.to_status not in UNSETTLED), None)
    if settled is not None:
        others &= Q(pk__lt=settled)
    attendees = UserEventRelation.objects.filter(event=relation.event_id, role=Role.ATTENDEE).order_by().values("pk")
    of_the_event = IsOneOf(F("relation_id"), ArraySubquery(attendees))
    rows = RelationTransition.objects.filter(of_the_event, pk__gte=own[0].pk)
    return _told(rows.filter(Q(relation=relation) | others), before, most)


def _told(rows: "QuerySet[RelationTransition]", before: int | None, most: int) -> "QuerySet[RelationTransition]":
    """Return the newest of ``rows`` with their people, whom nobody looks up for lines that are not told."""
    rows = rows if before is None else rows.filter(pk__lte=before)
    newest = rows.order_by("-pk").values("pk")[:most]
    return RelationTransition.objects.filter(pk__in=newest).select_related("relation__user").order_by("-pk")
