"""The account of one registration: the ledger of its event as far as it concerns it, and the event's own changes."""

from collections.abc import Sequence
from dataclasses import dataclass

from django.db.models import Q, QuerySet

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
    found = list(_lines(relation, own, before)[: limit + 2]) if own else []
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
    relation: UserEventRelation, own: Sequence[RelationTransition], before: int | None
) -> "QuerySet[RelationTransition]":
    """Return the lines of the ledger that concern ``relation``, the newest first, from ``before`` on."""
    others = (FROM_A_PLACE & ~TO_A_PLACE) | (TO_A_PLACE & ~FROM_A_PLACE)
    ahead = Q(relation__seq__lt=relation.seq)
    others |= ahead & (Q(from_status=Status.WAITLISTED) | Q(from_status=Status.PENDING, to_status=Status.WAITLISTED))
    others &= Q(pk__gt=own[0].pk)
    settled = next((line.pk for line in own if line.to_status not in UNSETTLED), None)
    if settled is not None:
        others &= Q(pk__lt=settled)
    rows = RelationTransition.objects.filter(relation__event=relation.event_id, relation__role=Role.ATTENDEE)
    if before is not None:
        rows = rows.filter(pk__lte=before)
    return rows.filter(Q(relation=relation) | others).select_related("relation__user").order_by("-pk")
