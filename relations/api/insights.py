"""How often people come, and whom somebody has met, over REST."""

from functools import cached_property
from typing import Any

from django.db.models import Model
from django.http import Http404
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import InvalidInput
from api.identifiers import find
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageRequest
from api.resources import ResourceViewSet
from api.serializers import Serializer
from events.models import EventSeries
from relations.insights.meetings import meetings_of
from relations.insights.show_rates import show_rate_of_host, show_rate_of_person, show_rate_of_series
from relations.models import UserEventRelation
from users.models import User


class ShrunkRateSerializer(Serializer):
    """How often somebody comes: of few registrations little is known, so the rate is drawn towards everybody's."""

    rate = serializers.FloatField(help_text="Drawn towards overall, the more the smaller n is.")
    attended = serializers.IntegerField()
    n = serializers.IntegerField(help_text="Registrations of which it is known whether the person came.")
    overall = serializers.FloatField(help_text="The rate of everybody.")


class ShowRatesSerializer(Serializer):
    """How often a person comes, and how often people come to what the person hosts. null: nothing is known."""

    attendee = ShrunkRateSerializer(allow_null=True)
    host = ShrunkRateSerializer(allow_null=True)

    class Meta:
        example = {"attendee": {"rate": 0.78, "attended": 3, "n": 3, "overall": 0.71}, "host": None}


class ShowRateOfSeriesSerializer(Serializer):
    """How often people come to the events of a series. null: nothing is known."""

    show_rate = ShrunkRateSerializer(allow_null=True)

    class Meta:
        example = {"show_rate": {"rate": 0.74, "attended": 190, "n": 256, "overall": 0.71}}


class MetSerializer(Serializer):
    """Somebody who was at the same events."""

    user_id = serializers.UUIDField(source="user.pk")
    first_name = serializers.CharField(source="user.first_name")
    last_name = serializers.CharField(source="user.last_name")
    company = serializers.CharField(source="user.company")
    weight = serializers.FloatField(help_text="The sum of 1 / (n - 1) over their common events of n attendees.")
    events = serializers.IntegerField(help_text="How many events both attended.")
    last_at = serializers.DateTimeField(help_text="When the latest of them began.")


class MeetingsSerializer(Serializer):
    """Whom a person has met, the best first."""

    results = MetSerializer(many=True, source="met")
    events = serializers.IntegerField(help_text="How many events it goes by.")
    left_out = serializers.IntegerField(
        help_text="Events that were crowds of more than 1,000, or beyond the latest 200."
    )

    class Meta:
        example = {
            "results": [
                {
                    "user_id": "0190163d-8694-739b-aea5-966c26f8ad91",
                    "first_name": "Ada",
                    "last_name": "Lovelace",
                    "company": "Analytical Society",
                    "weight": 0.25,
                    "events": 2,
                    "last_at": "2026-04-16T17:30:00+00:00",
                }
            ],
            "events": 7,
            "left_out": 1,
        }


class InsightViewSet(ResourceViewSet):
    """What registrations tell of the one object that the path names, as far as the caller may know of them."""

    model = UserEventRelation
    above: type[Model]
    etag_columns = ()
    permissions = {"show_rate": "view", "met": "view"}

    @cached_property
    def named(self) -> Any:
        """Return the object that the path names. Raises 404 for one that the caller may not know of."""
        found = find(self.above._default_manager.visible_to(self.request.user), self.kwargs["id"])  # type: ignore[attr-defined]  # ours has it
        if found is None:
            raise Http404
        return found


class ShowRateOfPersonViewSet(InsightViewSet):
    """How often a person comes, and how often people come to what the person hosts."""

    above = User
    serializer_class = ShowRatesSerializer

    @extend_schema(responses=ShowRatesSerializer)
    def show_rate(self, request: Request, **kwargs: str) -> Response:
        """Say how often the person comes who has a place, and how often others come to what they host."""
        caller: Any = request.user
        rates = {"attendee": show_rate_of_person(self.named, caller), "host": show_rate_of_host(self.named, caller)}
        return Response(ShowRatesSerializer(rates).data)


class ShowRateOfSeriesViewSet(InsightViewSet):
    """How often people come to a series."""

    above = EventSeries
    serializer_class = ShowRateOfSeriesSerializer

    @extend_schema(responses=ShowRateOfSeriesSerializer)
    def show_rate(self, request: Request, **kwargs: str) -> Response:
        """Say how often people come to the events of the series who have a place."""
        caller: Any = request.user
        return Response(ShowRateOfSeriesSerializer({"show_rate": show_rate_of_series(self.named, caller)}).data)


class MetViewSet(InsightViewSet):
    """Whom a person has met."""

    above = User
    serializer_class = MeetingsSerializer
    parameters = ("limit",)

    @extend_schema(
        responses=MeetingsSerializer,
        parameters=[
            OpenApiParameter("limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT})
        ],
    )
    def met(self, request: Request, **kwargs: str) -> Response:
        """List who was at the same events, the smaller these were the more it counts; the best first, and no pages."""
        caller: Any = request.user
        try:
            asked = PageRequest.from_parameters(request.query_params)
        except InvalidInput as error:
            raise error.as_parameters() from None
        return Response(MeetingsSerializer(meetings_of(self.named, caller, asked.limit)).data)
