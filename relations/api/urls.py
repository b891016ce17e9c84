"""The addresses of relations that hang below a person or an event."""

from django.urls import URLPattern, URLResolver, re_path

from relations.api.numbers import PeopleByNumberViewSet
from relations.api.parts import EventsOfPersonViewSet, PeopleOfEventViewSet
from relations.api.registrations import RegistrationsOfPersonViewSet, WaitlistsOfPersonViewSet

LIST = {"get": "list"}
PERSON = "^users/(?P<id>[^/]+)"
EVENT = "^events/(?P<id>[^/]+)"

below: list[URLPattern | URLResolver] = [
    re_path("^users/filter_by/?$", PeopleByNumberViewSet.as_view({"post": "filter_by"}), name="user-filter-by"),
    re_path(f"{PERSON}/events/?$", EventsOfPersonViewSet.as_view(LIST), name="user-events"),
    re_path(f"{PERSON}/registrations/?$", RegistrationsOfPersonViewSet.as_view(LIST), name="user-registrations"),
    re_path(f"{PERSON}/waitlists/?$", WaitlistsOfPersonViewSet.as_view(LIST), name="user-waitlists"),
    re_path(f"{EVENT}/users/?$", PeopleOfEventViewSet.as_view(LIST), name="event-users"),
]
