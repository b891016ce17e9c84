"""Series over REST: making one of an event, moving its end, and changing an event with all that follow it."""

from typing import Any
from uuid import UUID

from django.core.exceptions import ValidationError
from django.db.models import Count
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import Fault, InvalidInput
from api.ordering import Ordering
from api.representation import representation_of
from api.resources import ResourceViewSet
from api.serializers import ModelSerializer, Serializer
from api.views import ReadOnlyModelViewSet
from events.models import Event, EventSeries
from events.recurrence import LONGEST_RULE, MOST, Occurrence
from events.series import extend_series, extension, preview, repeat_event, update_following


class SeriesSerializer(ModelSerializer[EventSeries]):
    """A series of events; its events are ``GET /events/?series=…``."""

    events = serializers.IntegerField(read_only=True, help_text="How many events it has.")

    class Meta:
        model = EventSeries
        fields = ("id", "rule", "timezone", "first_start_at", "events", "created_at")
        read_only_fields = fields
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad94",
            "rule": "FREQ=WEEKLY;BYDAY=TU;COUNT=10",
            "timezone": "Europe/London",
            "first_start_at": "2026-04-16T17:30:00+00:00",
            "events": 10,
            "created_at": "2026-03-01T18:30:00+00:00",
        }
        expressions = {"events": Count("events")}


class SeriesViewSet(ReadOnlyModelViewSet):
    """Series of events."""

    model = EventSeries
    serializer_class = SeriesSerializer
    orderings = {"id": Ordering("id")}
    default_ordering = "-id"
    unfiltered = {
        "rule": "Text that says when; no index.",
        "timezone": "Says how times are shown; no index.",
        "first_start_at": "Its events are found by their starts.",
        "created_at": "Keys are UUIDv7: -id is the newest first.",
    }


class RepeatSerializer(Serializer):
    """When an event is repeated."""

    rule = serializers.CharField(
        max_length=LONGEST_RULE, help_text="An RRULE of RFC 5545 that ends, such as FREQ=WEEKLY;BYDAY=TU;COUNT=10."
    )
    dry_run = serializers.BooleanField(default=False, help_text="Only tell when the events would begin.")


class ExtendSerializer(Serializer):
    """Where a series ends from now on: one of the two."""

    count = serializers.IntegerField(
        required=False, min_value=2, max_value=MOST, help_text="Events in all by its rule."
    )
    until = serializers.DateField(required=False, help_text="The last day, in the series' zone.")
    dry_run = serializers.BooleanField(default=False, help_text="Only tell when the new events would begin.")


class OccurrenceSerializer(Serializer):
    """When one event of a series would begin."""

    start_at = serializers.DateTimeField(source="start")
    skipped = serializers.BooleanField(help_text="The zone's clocks skip this hour: it begins as much later.")
    repeated = serializers.BooleanField(help_text="The zone's clocks show this hour twice: it is the first.")


class RepeatedSerializer(Serializer):
    """What became of it; a series that a dry run would make is null."""

    series = SeriesSerializer(allow_null=True)
    occurrences = OccurrenceSerializer(many=True, help_text="Of a series that was extended, the new ones.")


class FollowingSerializer(Serializer):
    """Which events were changed."""

    changed = serializers.ListField(child=serializers.UUIDField(), help_text="In the order of time.")


class SeriesActions(ResourceViewSet):
    """What of events concerns their series."""

    @extend_schema(request=RepeatSerializer, responses={200: RepeatedSerializer, 201: RepeatedSerializer})
    @action(detail=True, methods=["post"])
    def repeat(self, request: Request, **kwargs: str) -> Response:
        """Make a series of an event and of copies at the other times of a rule: 201; a dry run tells when: 200."""
        event: Event = self.get_editable_object()
        body = RepeatSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor: Any = request.user
        rule = body.validated_data["rule"]
        try:
            found = preview(event, rule)
            series = None if body.validated_data["dry_run"] else repeat_event(event=event, rule=rule, actor=actor)
        except ValidationError as error:
            raise InvalidInput([Fault(text, "rule", ("rule",)) for text in error.messages]) from error
        return _answer([series.pk] if series else [], found, made=series is not None)

    @extend_schema(request=ExtendSerializer, responses={200: RepeatedSerializer, 201: RepeatedSerializer})
    @action(detail=True, methods=["post"])
    def extend(self, request: Request, **kwargs: str) -> Response:
        """Move the end of an event's series, and copy the event to the times that are new: 201; none are: 200."""
        event: Event = self.get_editable_object()
        body = ExtendSerializer(data=request.data)
        body.is_valid(raise_exception=True)
        actor: Any = request.user
        end = {name: value for name, value in body.validated_data.items() if name != "dry_run"}
        is_tried = body.validated_data["dry_run"]
        try:
            gained = extension(event, **end) if is_tried else extend_series(event=event, **end, actor=actor)
        except ValidationError as error:
            path = tuple(end) if len(end) == 1 else ()
            raise InvalidInput([Fault(text, "end", path) for text in error.messages]) from error
        made = bool(gained.starts) and not is_tried
        return _answer([event.series_id] if event.series_id else [], gained.starts, made=made)

    @extend_schema(responses=FollowingSerializer)
    @action(detail=True, methods=["patch"])
    def following(self, request: Request, **kwargs: str) -> Response:
        """Change an event and all that follow it in its series; a new time moves each by as much on its clock."""
        return self.in_state(self._change_following)

    def _change_following(self) -> Response:
        event: Event = self.get_editable_object()
        serializer = self.get_serializer(event, data=self.request.data, partial=True)
        serializer.is_valid(raise_exception=True)
        actor: Any = self.request.user
        changed = update_following(event=event, changes=serializer.validated_data, actor=actor)
        ordered = sorted(changed, key=lambda one: one.start_at)
        return Response({"changed": [str(one.pk) for one in ordered]})


def _answer(series: list[UUID], found: list[Occurrence], *, made: bool) -> Response:
    """Answer with the series (one at most) as it is now, and the times that were found: 201 where events were made."""
    stored = EventSeries.objects.filter(pk__in=series)
    shown = next(iter(representation_of(SeriesSerializer).rows(stored)), None)
    answer = {"series": shown, "occurrences": OccurrenceSerializer(found, many=True).data}
    return Response(answer, status.HTTP_201_CREATED if made else status.HTTP_200_OK)
