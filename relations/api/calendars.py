"""Calendars over REST: that of an event, and the secret addresses of an event and of one's own."""

from typing import Any

from django.http import HttpResponseBase
from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.permissions import SIGNED_IN
from api.renderers import JSONRenderer
from api.resources import ResourceViewSet
from api.rules import HouseRules
from api.serializers import Serializer
from events.models import Event
from relations.calendar_pages import address_of, answer_event
from relations.feeds import Shown, close_feed, open_feed


class CalendarRenderer(JSONRenderer):
    """Lets programs ask for ``text/calendar``; what is written by it are errors, as problems."""

    media_type = "text/calendar"
    format = "ics"


class CalendarAddressSerializer(Serializer):
    """The secret address of a calendar."""

    url = serializers.URLField(help_text="Whoever has it sees the calendar. It is shown this once.")

    class Meta:
        example = {"url": "https://crm.example.com/calendars/9nM2x4vJ0c7yQk1rT5bW8zLhS3fD6gAeU.ics"}


class EventCalendarViewSet(ResourceViewSet):
    """An event for a calendar."""

    model = Event
    serializer_class = CalendarAddressSerializer
    renderer_classes = (CalendarRenderer, JSONRenderer)
    etag_columns = ()
    permissions = {"calendar": "view"}

    def get_renderers(self) -> list[Any]:
        """Describe the address as every other is described."""
        return [JSONRenderer()] if self.request.method == "OPTIONS" else super().get_renderers()

    @extend_schema(operation_id="events_calendar_retrieve", responses={(200, "text/calendar"): OpenApiTypes.STR})
    def calendar(self, request: Request, **kwargs: str) -> HttpResponseBase:
        """Show the event as iCalendar (RFC 5545). The address takes sign-in; a program takes the secret one."""
        event = self.get_object()
        return answer_event(request._request, event)


class EventCalendarAddressViewSet(ResourceViewSet):
    """The secret address of an event, for those who lead it to give out."""

    model = Event
    serializer_class = CalendarAddressSerializer
    etag_columns = ()
    permissions = {"make": "change", "end": "change"}
    idempotent = False  # the answer is a secret

    @extend_schema(operation_id="events_calendar_create", request=None, responses={201: CalendarAddressSerializer})
    def make(self, request: Request, **kwargs: str) -> Response:
        """Make a new address, which ends the one before; calendar programs fetch it without sign-in.

        It shows this event alone, and nobody who takes part. While the event is a draft it opens nothing.
        """
        return _made(request, self.get_editable_object())

    @extend_schema(operation_id="events_calendar_end", responses={204: None})
    def end(self, request: Request, **kwargs: str) -> Response:
        """End the address, if there is one."""
        close_feed(self.get_editable_object())
        return Response(status=status.HTTP_204_NO_CONTENT)


class MyCalendarView(HouseRules):
    """The secret address of one's own calendar: what one leads, and what one registered for."""

    permission = SIGNED_IN
    idempotent = False  # the answer is a secret

    @extend_schema(request=None, responses={201: CalendarAddressSerializer})
    def post(self, request: Request) -> Response:
        """Make a new address, which ends the one before; calendar programs fetch it without sign-in."""
        user: Any = request.user
        return _made(request, user)

    @extend_schema(request=None, responses={204: None})
    def delete(self, request: Request) -> Response:
        """End the address, if there is one."""
        user: Any = request.user
        close_feed(user)
        return Response(status=status.HTTP_204_NO_CONTENT)


def _made(request: Request, shown: Shown) -> Response:
    Serializer(data=request.data).is_valid(raise_exception=True)  # there is nothing to say
    return Response({"url": address_of(open_feed(shown))}, status=status.HTTP_201_CREATED)
