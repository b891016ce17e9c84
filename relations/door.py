"""The door of an event: who stands there, by ticket or by name, and what to tell them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID
from zoneinfo import ZoneInfo

from django.db.models import Case, Count, Q, QuerySet, Value, When
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.filters import FilterContext
from api.ranking import RANKED_AT_MOST
from events.models import Event
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.querysets import HOLDING_A_PLACE, LIVE
from relations.queue import places_in_queues
from relations.registration import check_in, undo_check_in
from relations.tickets import relation_of
from relations.turns import turn_at
from users.expressions import person_search_text
from users.filters import people_filters
from users.models import User
from users.search import one_letter_off

FOUND_AT_MOST = 20
# What a code reader types: the address of a ticket, or its code, which no name looks like.
_TICKET = re.compile(r"/tickets/|^[\w-]{20,}\.[\w-]{20,}$")


class Word(StrEnum):
    """What the door says of somebody."""

    WELCOME = "welcome"
    ALREADY = "already"
    EXPECTED = "expected"
    NO_PLACE = "no_place"
    ELSEWHERE = "elsewhere"
    UNKNOWN = "unknown"
    UNDONE = "undone"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Verdict:
    """A word, about whom it is (None: nobody knows), and the sentence beside it."""

    word: Word
    relation: UserEventRelation | None
    text: str


def is_ticket(text: str) -> bool:
    """Tell whether ``text`` looks like a ticket, ours or not."""
    return bool(_TICKET.search(text.strip()))


def look_at(event: Event, ticket: str) -> Verdict:
    """Say who has ``ticket`` and how they stand, and do nothing."""
    relation = relation_of(ticket)
    if relation is None:
        return Verdict(Word.UNKNOWN, None, _("This is no ticket of ours."))
    if relation.event_id != event.pk:
        return Verdict(Word.ELSEWHERE, None, _("This ticket is for another event: “%s”.") % relation.event)
    return standing(relation)


def standing(relation: UserEventRelation) -> Verdict:
    """Say how somebody stands at the door."""
    return standings([relation])[0]


def standings(relations: Sequence[UserEventRelation]) -> list[Verdict]:
    """Say of each how they stand. At most two queries, however many they are."""
    waiting = [one.pk for one in relations if one.status == Status.WAITLISTED]
    places, came = places_in_queues(waiting), _came_at(relations)
    return [_standing(one, places.get(one.pk), came.get(one.pk, "–")) for one in relations]


def _standing(relation: UserEventRelation, place: int | None, came: str) -> Verdict:
    if relation.status == Status.ATTENDED:
        return Verdict(Word.ALREADY, relation, _("Already in at %s.") % came)
    if relation.status in (Status.CONFIRMED, Status.OFFERED):
        return Verdict(Word.EXPECTED, relation, _("Has a place and is not checked in."))
    return Verdict(Word.NO_PLACE, relation, _without_place(relation, place))


def admit_ticket(event: Event, ticket: str, *, actor: User) -> Verdict:
    """Check in who has ``ticket``, and say what became of it."""
    seen = look_at(event, ticket)
    return admit(seen.relation, actor=actor) if seen.word == Word.EXPECTED and seen.relation else seen


def admit(relation: UserEventRelation, *, actor: User) -> Verdict:
    """Check somebody in, and say what became of it."""
    try:
        with turn_at(relation.event_id, leads=True):
            relation, is_news = check_in(relation=relation, actor=actor, reason="checked in at the door")
    except Conflict as error:
        relation.refresh_from_db()
        seen = standing(relation)
        return seen if seen.word == Word.NO_PLACE else Verdict(Word.REFUSED, relation, str(error.detail))
    return Verdict(Word.WELCOME, relation, _("Welcome.")) if is_news else standing(relation)


def send_out(relation: UserEventRelation, *, actor: User) -> Verdict:
    """Take a check-in back, and say what became of it."""
    try:
        with turn_at(relation.event_id, leads=True):
            relation = undo_check_in(relation=relation, actor=actor, reason="check-in taken back at the door")
    except Conflict as error:
        return Verdict(Word.REFUSED, relation, str(error.detail))
    return Verdict(Word.UNDONE, relation, _("The check-in was taken back."))


def find_people(event: Event, text: str, *, caller: User) -> Sequence[UserEventRelation]:
    """Return the registrations of this event's people whom ``text`` finds, the best first: each one's live or latest.

    Who is one letter away from the text comes before who merely resembles it; both are looked for where nobody has it
    as it stands. Five queries at most. Raises ``InvalidInput`` for a text that cannot be searched for.
    """
    attendees = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE)
    best = _best(User.objects.filter(pk__in=attendees.values("user")), text, FilterContext(caller))
    latest: dict[object, UserEventRelation] = {}
    for relation in attendees.filter(user__in=best).select_related("user", "event").order_by("seq"):
        earlier = latest.get(relation.user_id)
        if earlier is None or earlier.status not in LIVE:
            latest[relation.user_id] = relation
    return [latest[key] for key in best if key in latest]


def _best(people: "QuerySet[User]", text: str, context: FilterContext) -> list[UUID]:
    """Return the keys of the best finds among ``people``."""
    ranking = people_filters.read({"q": text}).ranking(context)
    if ranking is None:
        return []
    found = [row["pk"] for row in ranking.first_of(people)]
    near = _near(people, text) if not people.filter(ranking.tiers[0]).exists() else []
    nearest = [Case(When(pk__in=near, then=Value(0)), default=Value(1))] if near else []
    rows = User.objects.filter(pk__in=[*found, *near]).order_by(*nearest, *ranking.order_by, "pk")
    return list(rows.values_list("pk", flat=True)[:FOUND_AT_MOST])


def _near(people: "QuerySet[User]", text: str) -> list[UUID]:
    """Return the keys of those of ``people`` who are one letter away from ``text``; it reads all of them."""
    condition = one_letter_off(person_search_text(), text)
    rows = people.filter(condition) if condition else people.none()
    return list(rows.order_by().values_list("pk", flat=True)[:RANKED_AT_MOST])


def numbers_at_door(event: Event) -> tuple[int, int]:
    """Return how many are checked in, and how many have a place."""
    places = UserEventRelation.objects.filter(event=event, role=Role.ATTENDEE, status__in=HOLDING_A_PLACE)
    found = places.aggregate(came=Count("pk", filter=Q(status=Status.ATTENDED)), places=Count("pk"))
    return found["came"], found["places"]


def _came_at(relations: Sequence[UserEventRelation]) -> dict[UUID, str]:
    """Return when those who are in were checked in, on the event's own clock."""
    attended = {one.pk: ZoneInfo(one.event.timezone) for one in relations if one.status == Status.ATTENDED}
    if not attended:
        return {}
    lines = RelationTransition.objects.filter(relation__in=attended, to_status=Status.ATTENDED).order_by("pk")
    return {key: f"{at.astimezone(attended[key]):%H:%M}" for key, at in lines.values_list("relation", "at")}


def _without_place(relation: UserEventRelation, place: int | None) -> str:
    if relation.status == Status.WAITLISTED:
        return _("Is on the waitlist, at place %s.") % (place or "–")
    if relation.status == Status.PENDING:
        return _("Waits for approval: approve them first.")
    return _("The registration is %s: register them again.") % relation.get_status_display()
