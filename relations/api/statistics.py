"""The figures of an event over REST."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.resources import ResourceViewSet
from api.serializers import Serializer
from events.models import Event
from relations.insights.statistics import event_statistics
from relations.rights import refuse_unless_may_count


class BucketSerializer(Serializer):
    """What happened from one day on, in the event's zone."""

    day = serializers.DateField()
    registered = serializers.IntegerField()
    cancelled = serializers.IntegerField()


class TimelineSerializer(Serializer):
    """Equal spans of days one after the other, a hundred at most, those in which nothing happened too."""

    bucket_days = serializers.IntegerField(help_text="How many days each span has.")
    buckets = BucketSerializer(many=True)


class ShowRateSerializer(Serializer):
    """How many came of those of whom it is known."""

    rate = serializers.FloatField(allow_null=True, help_text="attended / n; null: of nobody it is known.")
    attended = serializers.IntegerField()
    n = serializers.IntegerField(help_text="Who attended, and who did not show up.")


class NewcomersSerializer(Serializer):
    """Whose registration lives, or who came or did not."""

    new = serializers.IntegerField(help_text="Attended no event that began before this one.")
    returning = serializers.IntegerField()


class WaitlistSerializer(Serializer):
    """What became of those who ever waited."""

    waitlisted = serializers.IntegerField()
    admitted = serializers.IntegerField()
    rate = serializers.FloatField(allow_null=True, help_text="admitted / waitlisted.")
    median_wait_seconds = serializers.IntegerField(allow_null=True, help_text="Of those admitted, for their place.")


class CancellationsSerializer(Serializer):
    """Who cancelled before the start; not whom the event's own cancellation released."""

    number = serializers.IntegerField()
    with_place = serializers.IntegerField(help_text="Who had a place, or the offer of one.")
    last_day = serializers.IntegerField(help_text="In the last 24 hours before the start.")
    last_week = serializers.IntegerField(help_text="In the last seven days, the last one included.")
    median_seconds_before = serializers.IntegerField(allow_null=True, help_text="How long before the start.")


class EventStatisticsSerializer(Serializer):
    """The figures of an event."""

    capacity = serializers.IntegerField(allow_null=True)
    taken = serializers.IntegerField()
    free = serializers.IntegerField(allow_null=True, help_text="null: unlimited.")
    over = serializers.IntegerField(help_text="By how many more than its capacity the event has.")
    waiting = serializers.IntegerField()
    by_status = serializers.DictField(child=serializers.IntegerField())
    timeline = TimelineSerializer()
    show_rate = ShowRateSerializer()
    newcomers = NewcomersSerializer()
    waitlist = WaitlistSerializer()
    cancellations = CancellationsSerializer()

    class Meta:
        example = {
            "capacity": 80,
            "taken": 78,
            "free": 2,
            "over": 0,
            "waiting": 0,
            "by_status": {
                "pending": 0,
                "waitlisted": 0,
                "offered": 0,
                "confirmed": 0,
                "attended": 66,
                "no_show": 12,
                "declined": 1,
                "expired": 0,
                "cancelled": 9,
            },
            "timeline": {
                "bucket_days": 1,
                "buckets": [
                    {"day": "2026-03-01", "registered": 61, "cancelled": 0},
                    {"day": "2026-03-02", "registered": 27, "cancelled": 9},
                ],
            },
            "show_rate": {"rate": 0.846, "attended": 66, "n": 78},
            "newcomers": {"new": 30, "returning": 48},
            "waitlist": {"waitlisted": 8, "admitted": 7, "rate": 0.875, "median_wait_seconds": 93600},
            "cancellations": {
                "number": 9,
                "with_place": 8,
                "last_day": 3,
                "last_week": 7,
                "median_seconds_before": 180000,
            },
        }


class EventStatisticsViewSet(ResourceViewSet):
    """What is to be counted of an event, for those who lead it."""

    model = Event
    serializer_class = EventStatisticsSerializer
    etag_columns = ()
    permissions = {"statistics": "view"}

    @extend_schema(responses=EventStatisticsSerializer)
    def statistics(self, request: Request, **kwargs: str) -> Response:
        """Count who registered and when, who came, for whom it is the first event, and what the waitlist did."""
        event = self.get_object()
        caller: Any = request.user
        refuse_unless_may_count(actor=caller, event=event)
        return Response(EventStatisticsSerializer(event_statistics(event)).data)
