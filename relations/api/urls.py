"""The addresses of relations that hang below a person or an event."""

from typing import Any

from django.urls import URLPattern, URLResolver, re_path

from relations.api.calendars import EventCalendarAddressViewSet, EventCalendarViewSet, MyCalendarView
from relations.api.events import EventStepsViewSet
from relations.api.explanations import ExplanationViewSet
from relations.api.insights import MetViewSet, ShowRateOfPersonViewSet, ShowRateOfSeriesViewSet
from relations.api.numbers import PeopleByNumberViewSet
from relations.api.parts import EventsOfPersonViewSet, PeopleOfEventViewSet
from relations.api.registrations import RegistrationsOfPersonViewSet, WaitlistsOfPersonViewSet
from relations.api.statistics import EventStatisticsViewSet

LIST: dict[str, Any] = {"get": "list"}
HOSTS: dict[str, Any] = {"post": "add_host", "delete": "end_host"}
HOST: dict[str, Any] = {"delete": "end_named_host"}
SHOW_RATE: dict[str, Any] = {"get": "show_rate"}
PERSON = "^users/(?P<id>[^/]+)"
SERIES = "^series/(?P<id>[^/]+)"
EVENT = "^events/(?P<id>[^/]+)"
REGISTRATION = f"{EVENT}/registrations/(?P<user_id>[^/]+)"

below: list[URLPattern | URLResolver] = [
    re_path("^users/filter_by/?$", PeopleByNumberViewSet.as_view({"post": "filter_by"}), name="user-filter-by"),
    re_path(f"{PERSON}/events/?$", EventsOfPersonViewSet.as_view(LIST), name="user-events"),
    re_path(f"{PERSON}/registrations/?$", RegistrationsOfPersonViewSet.as_view(LIST), name="user-registrations"),
    re_path(f"{PERSON}/waitlists/?$", WaitlistsOfPersonViewSet.as_view(LIST), name="user-waitlists"),
    re_path(f"{PERSON}/met/?$", MetViewSet.as_view({"get": "met"}, detail=True), name="user-met"),
    re_path(f"{PERSON}/show_rate/?$", ShowRateOfPersonViewSet.as_view(SHOW_RATE, detail=True), name="user-show-rate"),
    re_path(f"{SERIES}/show_rate/?$", ShowRateOfSeriesViewSet.as_view(SHOW_RATE, detail=True), name="series-show-rate"),
    re_path("^users/me/calendar/?$", MyCalendarView.as_view(), name="me-calendar"),
    re_path(
        f"{EVENT}/calendar.ics$",
        EventCalendarViewSet.as_view({"get": "calendar"}, detail=True),
        name="event-calendar",
    ),
    re_path(
        f"{EVENT}/calendar/?$",
        EventCalendarAddressViewSet.as_view({"post": "make", "delete": "end"}, detail=True),
        name="event-calendar-address",
    ),
    re_path(f"{EVENT}/users/?$", PeopleOfEventViewSet.as_view(LIST), name="event-users"),
    re_path(
        f"{EVENT}/statistics/?$",
        EventStatisticsViewSet.as_view({"get": "statistics"}, detail=True),
        name="event-statistics",
    ),
    re_path(f"{EVENT}/cancel/?$", EventStepsViewSet.as_view({"post": "cancel"}, detail=True), name="event-cancel"),
    re_path(f"{EVENT}/complete/?$", EventStepsViewSet.as_view({"post": "close"}, detail=True), name="event-complete"),
    re_path(f"{EVENT}/hosts/?$", EventStepsViewSet.as_view(HOSTS, detail=True), name="event-hosts"),
    re_path(f"{EVENT}/hosts/(?P<user_id>[^/]+)/?$", EventStepsViewSet.as_view(HOST, detail=True), name="event-host"),
    re_path(
        f"{REGISTRATION}/explanation/?$",
        ExplanationViewSet.as_view({"get": "explanation"}, detail=True),
        name="registration-explanation",
    ),
]
