"""The figures of an event over REST."""

import re
from typing import Any

from django.utils.translation import gettext as _
from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import Fault, InvalidInput
from api.resources import ResourceViewSet
from api.serializers import Serializer
from events.models import Event
from relations.insights.overbooking import LEAST_RISK, MOST_RISK, RISK
from relations.insights.statistics import event_statistics
from relations.rights import refuse_unless_may_count

DECIMAL = re.compile(r"[0-9]?\.?[0-9]{1,6}", re.ASCII)


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

    rate = serializers.FloatField(
        allow_null=True, help_text="attended / n; null: of nobody it is known, or the event is not over."
    )
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


class OverbookingSerializer(Serializer):
    """How many to let in, since not everybody comes who has a place. A suggestion: nobody is let in by it."""

    risk = serializers.FloatField(help_text="At most so probable is it that more come than there are seats.")
    let_in = serializers.IntegerField(
        allow_null=True, help_text="With those who have a place already; null: too little is known."
    )
    extra = serializers.IntegerField(allow_null=True, help_text="By how many that is more than the seats.")
    expected = serializers.FloatField(allow_null=True, help_text="How many come of those who have a place.")
    chance = serializers.FloatField(allow_null=True, help_text="Of more than the seats coming as it stands.")
    known = serializers.IntegerField(help_text="Of how many here it is known whether they came before.")
    n = serializers.IntegerField(help_text="How many registrations the rate of everybody goes by.")
    least = serializers.IntegerField(help_text="How many of these are wanted for a suggestion.")


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
    overbooking = OverbookingSerializer(
        allow_null=True,
        help_text="null: the event is over or takes nobody, has no limit, or far too many seats or people.",
    )

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
            "overbooking": None,
        }


class EventStatisticsViewSet(ResourceViewSet):
    """What is to be counted of an event, for those who lead it."""

    model = Event
    serializer_class = EventStatisticsSerializer
    etag_columns = ()
    permissions = {"statistics": "view"}
    parameters = ("risk",)

    @extend_schema(
        responses=EventStatisticsSerializer,
        parameters=[
            OpenApiParameter(
                "risk",
                {"type": "number", "minimum": LEAST_RISK, "maximum": MOST_RISK, "default": RISK},
                description="Of more people coming than there are seats, for the suggested overbooking.",
            )
        ],
    )
    def statistics(self, request: Request, **kwargs: str) -> Response:
        """Count who registered and when, who came, for whom it is the first event, and what the waitlist did."""
        event = self.get_object()
        caller: Any = request.user
        refuse_unless_may_count(actor=caller, event=event)
        return Response(EventStatisticsSerializer(event_statistics(event, risk=_risk(request))).data)


def _risk(request: Request) -> float:
    text = request.query_params.get("risk")
    if text is None:
        return RISK
    if not DECIMAL.fullmatch(text) or not LEAST_RISK <= float(text) <= MOST_RISK:
        detail = _("Give a number from %(least)s to %(most)s.") % {"least": LEAST_RISK, "most": MOST_RISK}
        raise InvalidInput(Fault(detail, "risk", parameter="risk"))
    return float(text)
