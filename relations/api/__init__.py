"""Relations over REST: a person's events, an event's people, people by what they did, and the raw relations."""

from relations.api.numbers import PeopleByNumberViewSet
from relations.api.parts import EventsOfPersonViewSet, PeopleOfEventViewSet
from relations.api.relations import RelationViewSet

__all__ = ["EventsOfPersonViewSet", "PeopleByNumberViewSet", "PeopleOfEventViewSet", "RelationViewSet"]
