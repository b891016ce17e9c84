"""Suppressed addresses: listed, added and let go."""

from typing import Any

from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.serializers import ChoiceField, ModelSerializer, Serializer
from api.views import CreateMixin, DestroyMixin, ListMixin, RetrieveMixin
from mailing.filters import suppression_filters, suppression_orderings, suppression_unfiltered
from mailing.models import Suppression, SuppressionReason
from mailing.suppressions import lift, suppress

LONGEST_DETAIL = 1_000


class SuppressionSerializer(ModelSerializer[Suppression]):
    """An address that gets no mail of any sort."""

    class Meta:
        model = Suppression
        fields = ("id", "address", "reason", "detail", "at")
        read_only_fields = fields


class NewSuppressionSerializer(Serializer):
    """An address that is to get no mail, and why."""

    address = serializers.EmailField(max_length=254)
    reason = ChoiceField(choices=SuppressionReason.choices, default=SuppressionReason.MANUAL.value)
    detail = serializers.CharField(required=False, allow_blank=True, max_length=LONGEST_DETAIL, default="")

    class Meta:
        example = {"address": "ada@example.com", "reason": "complaint", "detail": "Marked as spam."}


class SuppressionViewSet(ListMixin, RetrieveMixin, CreateMixin, DestroyMixin):
    """Addresses that get no mail of any sort, not even what somebody waits for."""

    model = Suppression
    serializer_class = SuppressionSerializer
    filters = suppression_filters
    orderings = suppression_orderings
    unfiltered = suppression_unfiltered

    @extend_schema(request=NewSuppressionSerializer, responses={200: SuppressionSerializer, 201: SuppressionSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Send no more mail to an address, nor what is queued for it. 200, and nothing changed, where it is so."""
        serializer = NewSuppressionSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given, actor = serializer.validated_data, _caller(request)
        added = suppress(address=given["address"], reason=given["reason"], detail=given["detail"], actor=actor)
        stored = Suppression.objects.get(address=given["address"].lower())
        return self.answer_created(stored) if added else self.answer_saved(stored, status.HTTP_200_OK)

    def perform_destroy(self, instance: Suppression) -> None:
        """Let mail go there again; what was withheld stays so."""
        lift(suppression=instance, actor=_caller(self.request))


def _caller(request: Request) -> Any:
    return request.user
