"""Campaigns: what they say, how they stand, who was left out, and stopping or settling them."""

from typing import Any

from django.db.models import Case, CharField, IntegerField, QuerySet, Value, When
from django.db.models.functions import Cast, Coalesce
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.identifiers import find
from api.representation import Row
from api.serializers import ChoiceField, ModelSerializer, Serializer
from api.views import ListViewSet, ReadOnlyModelViewSet
from mailing.counts import counts_of
from mailing.filters import (
    campaign_filters,
    campaign_orderings,
    campaign_unfiltered,
    exclusion_filters,
    exclusion_orderings,
    exclusion_unfiltered,
)
from mailing.models import Campaign, CampaignExclusion
from mailing.services import OUTCOMES, cancel_campaign, pause_campaign, resume_campaign, settle_campaign


class DeliveryCountsSerializer(Serializer):
    """How many deliveries are in each state; ``frozen`` is their sum."""

    queued = serializers.IntegerField()
    claimed = serializers.IntegerField()
    sending = serializers.IntegerField()
    sent = serializers.IntegerField()
    failed = serializers.IntegerField()
    suppressed = serializers.IntegerField()
    in_doubt = serializers.IntegerField()
    cancelled = serializers.IntegerField()
    frozen = serializers.IntegerField()


class CampaignRowSerializer(ModelSerializer[Campaign]):
    """A campaign and its counts, without what its mail says: that can be long."""

    created_by = serializers.UUIDField(source="created_by_id", allow_null=True)
    category = serializers.CharField(source="category.key", allow_null=True, help_text="Its key.")
    event_id = serializers.UUIDField(allow_null=True, help_text="The event that it is about.")
    counts = DeliveryCountsSerializer()

    class Meta:
        model = Campaign
        fields: tuple[str, ...] = (
            "id",
            "subject",
            "template",
            "lane",
            "category",
            "event_id",
            "status",
            "scheduled_at",
            "created_by",
            "created_at",
            "updated_at",
            "started_at",
            "finished_at",
            "trouble",
            "counts",
        )
        read_only_fields = fields
        expressions = {"counts": Value(None, output_field=IntegerField())}


class CampaignSerializer(CampaignRowSerializer):
    """A campaign, its counts and its mail."""

    class Meta(CampaignRowSerializer.Meta):
        fields = (*CampaignRowSerializer.Meta.fields, "text", "html")
        read_only_fields = fields


class SettleSerializer(Serializer):
    """What is to become of the deliveries in doubt."""

    outcome = ChoiceField(
        choices=[*OUTCOMES], help_text="Take them as sent or failed, or send them again (somebody may get two)."
    )


class CampaignViewSet(ReadOnlyModelViewSet):
    """Mail to many people."""

    model = Campaign
    serializer_class = CampaignRowSerializer
    filters = campaign_filters
    orderings = campaign_orderings
    default_ordering = "-created_at"
    unfiltered = campaign_unfiltered
    etag_columns = ("status",)
    permissions = {"pause": "change", "resume": "change", "cancel": "change", "settle": "change"}

    def get_serializer_class(self) -> type[CampaignRowSerializer]:
        return CampaignRowSerializer if self.action == "list" else CampaignSerializer

    def complete(self, rows: list[Row]) -> None:
        counts = counts_of(row["id"] for row in rows)
        for row in rows:
            row["counts"] = counts[row["id"]]

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def pause(self, request: Request, **kwargs: str) -> Response:
        """Stop for a while; nothing more is handed over once this has answered, but for what is on its way."""
        return self.answer_saved(pause_campaign(campaign=self.get_editable_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def resume(self, request: Request, **kwargs: str) -> Response:
        """Go on where it was paused."""
        return self.answer_saved(resume_campaign(campaign=self.get_editable_object()))

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def cancel(self, request: Request, **kwargs: str) -> Response:
        """End for good; a worker takes what is queued out of the queue."""
        return self.answer_saved(cancel_campaign(campaign=self.get_editable_object()))

    @extend_schema(request=SettleSerializer)
    @action(detail=True, methods=["post"])
    def settle(self, request: Request, **kwargs: str) -> Response:
        """Decide on the deliveries that may or may not have been sent."""
        campaign = self.get_editable_object()
        serializer = SettleSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        settle_campaign(campaign=campaign, outcome=serializer.validated_data["outcome"])
        return self.answer_saved(campaign)


class ExcludedSerializer(ModelSerializer[CampaignExclusion]):
    """Somebody who was left out. An unknown id is shown as it was given; an unknown address has no ``user_id``."""

    user_id = serializers.CharField(allow_null=True)

    class Meta:
        model = CampaignExclusion
        fields = ("user_id", "email", "reason", "detail")
        read_only_fields = fields
        expressions = {
            "user_id": Coalesce(
                Cast("user_id", CharField()),
                Case(When(email="", then="given"), default=Value(None), output_field=CharField()),
            )
        }


class ExcludedViewSet(ListViewSet):
    """Who was left out of a campaign, and why."""

    model = CampaignExclusion
    serializer_class = ExcludedSerializer
    filters = exclusion_filters
    orderings = exclusion_orderings
    unfiltered = exclusion_unfiltered

    def get_queryset(self) -> "QuerySet[Any]":
        campaign = find(Campaign.objects.visible_to(self.request.user), self.kwargs["id"])
        if campaign is None:
            raise Http404
        return super().get_queryset().filter(campaign=campaign)
