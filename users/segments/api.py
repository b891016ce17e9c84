"""Segments over REST, and whom they find."""

from functools import cached_property
from typing import Any

from django.db.models import Q, QuerySet
from django.http import Http404
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from api.exceptions import Conflict, InvalidInput
from api.filters import FilterContext
from api.identifiers import find
from api.serializers import ModelSerializer
from api.views import ListViewSet, ModelViewSet
from users.api import UserSerializer
from users.filters import people_filters, people_orderings, people_unfiltered
from users.models import Segment, User
from users.segments.filters import segment_filters, segment_orderings, segment_unfiltered
from users.segments.services import create_segment, delete_segment, read_filter, update_segment


@extend_schema_field({"$ref": f"#/components/schemas/{people_filters.component}"})
class PeopleFilterField(serializers.JSONField):
    """A tree of people's filters; the service reads it."""

    def to_internal_value(self, data: Any) -> Any:
        """Refuse what the model would only call blank, in the words of the service."""
        tree = super().to_internal_value(data)
        return tree or read_filter(tree)


class SegmentSerializer(ModelSerializer[Segment]):
    """A filter of people under a name. Whoever makes one owns it."""

    owner = serializers.UUIDField(source="owner_id", read_only=True, allow_null=True)
    filter = PeopleFilterField()

    class Meta:
        model = Segment
        fields = ("id", "name", "description", "filter", "owner", "created_at", "updated_at")
        read_only_fields = ("created_at", "updated_at")
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad95",
            "name": "Regulars of London",
            "description": "Who came at least three times, for the invitation in spring.",
            "filter": {"city": "London", "attended": {"min": 3, "since": "2025-01-01"}},
            "owner": "0190163d-8694-739b-aea5-966c26f8ad91",
            "created_at": "2026-03-01T18:30:00+00:00",
            "updated_at": "2026-03-02T09:00:00+00:00",
        }


class SegmentViewSet(ModelViewSet):
    """Segments: filters of people that are kept under a name, and evaluated anew each time."""

    model = Segment
    serializer_class = SegmentSerializer
    filters = segment_filters
    orderings = segment_orderings
    default_ordering = "name"
    unfiltered = segment_unfiltered

    def perform_create(self, serializer: BaseSerializer[Any]) -> Segment:
        actor: Any = self.request.user
        return create_segment(segment=Segment(**serializer.validated_data), actor=actor)

    def perform_update(self, serializer: BaseSerializer[Any]) -> Segment:
        actor: Any = self.request.user
        segment: Any = serializer.instance
        return update_segment(segment=segment, changes=serializer.validated_data, actor=actor)

    def perform_destroy(self, instance: Segment) -> None:
        delete_segment(segment=instance)


class PeopleOfSegmentViewSet(ListViewSet):
    """The people whom a segment finds now, among those that the caller may know of."""

    model = User
    above = Segment
    serializer_class = UserSerializer
    filters = people_filters
    orderings = people_orderings
    default_ordering = "name"
    unfiltered = people_unfiltered

    @cached_property
    def members(self) -> Q:
        """Return the condition. Raises 404 for no segment, and ``Conflict`` for one that cannot be evaluated."""
        segment = find(Segment.objects.visible_to(self.request.user), self.kwargs["id"])
        if segment is None:
            raise Http404
        try:
            return people_filters.q({"segment": str(segment.pk)}, FilterContext(self.request.user))
        except InvalidInput as error:
            raise Conflict(" ".join(fault.detail for fault in error.faults), "broken_segment") from error

    def get_queryset(self) -> "QuerySet[Any]":
        return super().get_queryset().filter(self.members)
