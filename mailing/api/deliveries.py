"""Deliveries: what became of each mail to each person."""

from rest_framework import serializers

from api.serializers import ModelSerializer
from api.views import ReadOnlyModelViewSet
from mailing.filters import delivery_filters, delivery_orderings, delivery_unfiltered
from mailing.models import Delivery


class DeliverySerializer(ModelSerializer[Delivery]):
    """One mail to one person."""

    campaign_id = serializers.UUIDField()
    user_id = serializers.UUIDField(allow_null=True)

    class Meta:
        model = Delivery
        fields = (
            "id",
            "campaign_id",
            "user_id",
            "address",
            "status",
            "attempts",
            "next_attempt_at",
            "message_id",
            "error",
            "sent_at",
        )
        read_only_fields = fields


class DeliveryViewSet(ReadOnlyModelViewSet):
    """The mails of all campaigns, or of one."""

    model = Delivery
    serializer_class = DeliverySerializer
    filters = delivery_filters
    orderings = delivery_orderings
    unfiltered = delivery_unfiltered
