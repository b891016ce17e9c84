"""What relations let people and events be filtered by, and the filters of relations themselves.

Facts of relations are always ``Exists`` or counts in a subquery, never joins: no row appears twice, and keyset pages
stay right. Each begins at the relations that the caller may know of.
"""

from typing import Any

from django.db.models import Exists, OuterRef, Q, QuerySet
from django.utils import timezone as clock
from django.utils.translation import gettext_lazy as _

from api.filters import (
    BooleanFilter,
    ChoiceFilter,
    CountFilter,
    DateTimeFilter,
    FactGroup,
    Facts,
    FilterContext,
    FilterSet,
    IdFilter,
    ObjectFilter,
)
from api.ordering import Ordering
from events.filters import event_filters
from relations.insights.meetings import CHECKED_IN, NO_CROWD
from relations.models import RelationTransition, Role, Status, UserEventRelation
from relations.numbers import counter_between, with_so_many
from relations.querysets import LIVE
from users.filters import people_filters

ROLE_ALIASES = {"participant": Role.ATTENDEE}
GIVEN_UP = (Status.CANCELLED, Status.DECLINED, Status.EXPIRED)
COUNTERS = {Role.HOST: "counts__hosted", Role.ATTENDEE: "counts__attended"}


def _visible(context: FilterContext) -> "QuerySet[UserEventRelation]":
    return UserEventRelation.objects.visible_to(context.caller)  # type: ignore[arg-type]  # a caller is one of our users


def _of_person(context: FilterContext) -> "QuerySet[UserEventRelation]":
    return _visible(context).filter(user=OuterRef("pk"))


def _has_relation(facts: Facts, context: FilterContext) -> Q:
    """One relation with all that was named; one that was given up counts only where its status is asked for."""
    relations = _of_person(context).filter(facts.q(context))
    if "relation_status" not in facts:
        relations = relations.exclude(status__in=GIVEN_UP)
    return Q(Exists(relations))


def _moments() -> list[DateTimeFilter]:
    return [
        DateTimeFilter(
            "since", "gte", column="event__start_at", help_text="Events that start at or after this moment."
        ),
        DateTimeFilter("until", "lt", column="event__start_at", help_text="Events that start before this moment."),
    ]


def _took_part(role: Role, taken: Q) -> Any:
    """Return the condition of ``hosted`` and ``attended``: so many relations that match everything else named."""

    def condition(facts: Facts, context: FilterContext) -> Q:
        least, most = facts.get("min", 1 if "max" not in facts else 0), facts.get("max")
        others = facts.q(context, leaving_out=("min", "max"))
        if not others:
            return counter_between(COUNTERS[role], least, most)
        matching = Q(taken, others)
        if least == 1 and most is None:
            return Q(Exists(_of_person(context).filter(matching)))
        return with_so_many(_visible(context).filter(matching), least, most, counter=COUNTERS[role])

    return condition


def _part_filter(name: str, role: Role, taken: Q) -> ObjectFilter:
    return ObjectFilter(
        name,
        IdFilter("event", of="events.Event"),
        *_moments(),
        CountFilter("min", label=_("at least"), help_text="At least so many events (1 when left out)."),
        CountFilter("max", label=_("at most"), help_text="At most so many events."),
        condition=_took_part(role, taken),
        help_text=f"People who {name} events: of this kind, so many of them.",
    )


def _registered(facts: Facts, context: FilterContext) -> Q:
    relations = _of_person(context).filter(facts.q(context), role=Role.ATTENDEE)
    return Q(Exists(relations if "status" in facts else relations.filter(status__in=LIVE)))


def _no_show(facts: Facts, context: FilterContext) -> Q:
    """So many places that were kept by nobody, of what else was named."""
    others = facts.q(context, leaving_out=("min", "max"))
    missed = _visible(context).filter(others, role=Role.ATTENDEE, status=Status.NO_SHOW)
    return with_so_many(missed, *_least_and_most(facts))


def _waitlisted(facts: Facts, context: FilterContext) -> Q:
    """So many waits, of what else was named; ``admitted`` tells whether any of these led to a place."""
    others = facts.q(context, leaving_out=("min", "max", "admitted"))
    waited = _visible(context).filter(others, _was("waitlisted"), role=Role.ATTENDEE)
    found = with_so_many(waited, *_least_and_most(facts))
    if "admitted" not in facts:
        return found
    admitted = Q(pk__in=waited.filter(_was("confirmed", "attended")).order_by().values("user"))
    return found & (admitted if facts["admitted"] else ~admitted)


def _was(*statuses: str) -> Q:
    """Return the relations of which the ledger says that they had one of ``statuses``."""
    return Q(Exists(RelationTransition.objects.filter(relation=OuterRef("pk"), to_status__in=statuses)))


def _least_and_most(facts: Facts) -> tuple[int, int | None]:
    return facts.get("min", 1 if "max" not in facts else 0), facts.get("max")


def _how_often(what: str) -> list[CountFilter]:
    return [
        CountFilter("min", label=_("at least"), help_text=f"At least so many {what} (1 when left out)."),
        CountFilter("max", label=_("at most"), help_text=f"At most so many {what}."),
    ]


def _met(facts: Facts, context: FilterContext) -> Q:
    """Return who was checked in at an event with the one named, where that was no crowd; nobody has met themselves."""
    there = _visible(context).filter(facts.q(context, leaving_out=("user",)), CHECKED_IN, NO_CROWD).order_by()
    whose = facts.members["user"].q(facts["user"], context)
    others = _visible(context).filter(CHECKED_IN, event__in=there.filter(whose).values("event")).exclude(whose)
    return Q(pk__in=others.order_by().values("user"))


def _attended(context: FilterContext) -> "QuerySet[UserEventRelation]":
    return _of_person(context).filter(role=Role.ATTENDEE, status=Status.ATTENDED)


people_filters.register(
    FactGroup(
        ChoiceFilter("role", Role, aliases=ROLE_ALIASES, help_text="Held in any event, or in the one named."),
        IdFilter(
            "event", of="events.Event", help_text="Has a part in this event (its id, or its id in another system)."
        ),
        ChoiceFilter("relation_status", Status, column="status", help_text="How that part stands."),
        condition=_has_relation,
    ),
    _part_filter("hosted", Role.HOST, Q(role=Role.HOST) & ~Q(status=Status.CANCELLED)),
    _part_filter("attended", Role.ATTENDEE, Q(role=Role.ATTENDEE, status=Status.ATTENDED)),
    ObjectFilter(
        "registered",
        IdFilter("event", of="events.Event"),
        *_moments(),
        ChoiceFilter("status", Status),
        condition=_registered,
        help_text="People registered for an event; without a status, those whose registration lives.",
    ),
    ObjectFilter(
        "waitlisted",
        IdFilter("event", of="events.Event"),
        *_moments(),
        *_how_often("waits"),
        BooleanFilter("admitted", help_text="Whether any of these waits led to a place; false: none of them."),
        condition=_waitlisted,
        help_text="People who ever waited for a place, by the ledger: so often, and with or without success.",
    ),
    ObjectFilter(
        "no_show",
        IdFilter("event", of="events.Event"),
        *_moments(),
        *_how_often("places left empty"),
        condition=_no_show,
        help_text="People who had a place and did not come, so often.",
    ),
    ObjectFilter(
        "met",
        IdFilter("user", of="users.User", help_text="Whom. Required."),
        *_moments(),
        condition=_met,
        required="user",
        help_text="People who were checked in at an event with this person, of 1,000 attendees at most.",
    ),
    BooleanFilter("never_attended", condition=lambda _yes, _context: Q(counts__attended=0)),
    DateTimeFilter(
        "last_attended_since",
        condition=lambda moment, context: Q(Exists(_attended(context).filter(event__start_at__gte=moment))),
        help_text="Attended an event that started at or after this moment.",
    ),
    DateTimeFilter(
        "last_attended_until",
        condition=lambda moment, context: (
            Q(counts__attended__gt=0) & ~Q(Exists(_attended(context).filter(event__start_at__gte=moment)))
        ),
        help_text="Attended, but no event that started at or after this moment.",
    ),
)

event_filters.register(
    IdFilter(
        "host",
        of="users.User",
        condition=lambda ids, context: Q(Exists(_hosted_by(ids, context))),
        help_text="Hosted by this person (their id, or their id in another system).",
    ),
)


def _hosted_by(ids: list[Any], context: FilterContext) -> "QuerySet[UserEventRelation]":
    hosts = _visible(context).filter(event=OuterRef("pk"), role=Role.HOST)
    return hosts.filter(IdFilter("user", of="users.User").compare(ids)).exclude(status=Status.CANCELLED)


relation_filters = FilterSet("relations")
relation_filters.register(
    ChoiceFilter("role", Role, aliases=ROLE_ALIASES),
    ChoiceFilter("status", Status),
    IdFilter("user", of="users.User"),
    IdFilter("event", of="events.Event"),
    BooleanFilter("upcoming", condition=lambda _yes, _context: Q(event__start_at__gte=clock.now())),
    BooleanFilter("past", condition=lambda _yes, _context: Q(event__start_at__lt=clock.now()), help_text="Has begun."),
)

relation_orderings = {"created_at": Ordering("created_at")}

# Why raw relations are neither filtered nor ordered by the other fields that their list shows.
relation_unfiltered = {
    "seq": "The place in one event's order of arrival.",
    "created_at": "Ids are in the order of arrival: ordering=id.",
}

registration_filters = FilterSet("registrations")
registration_filters.register(
    *(declared for name, declared in relation_filters.filters.items() if name != "role"),
    BooleanFilter("live", condition=lambda yes, _context: Q(status__in=LIVE) if yes else ~Q(status__in=LIVE)),
)

# Why registrations are neither filtered nor ordered by the other fields that their lists show.
registration_unfiltered = {
    "id": "Ids are in the order of arrival, as is seq.",
    "role": "Registrations are those of attendees.",
    "offer_expires_at": "Offers are found by status=offered.",
}
