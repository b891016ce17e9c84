"""Relations over REST: registrations, an event's and a person's parts, people by what they did, the raw relations."""

from relations.api.numbers import PeopleByNumberViewSet
from relations.api.parts import EventsOfPersonViewSet, PeopleOfEventViewSet
from relations.api.registrations import (
    RegistrationsOfPersonViewSet,
    RegistrationViewSet,
    WaitlistsOfPersonViewSet,
)
from relations.api.relations import RelationViewSet

__all__ = [
    "EventsOfPersonViewSet",
    "PeopleByNumberViewSet",
    "PeopleOfEventViewSet",
    "RegistrationViewSet",
    "RegistrationsOfPersonViewSet",
    "RelationViewSet",
    "WaitlistsOfPersonViewSet",
]
