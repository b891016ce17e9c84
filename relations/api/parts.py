"""A person's events, and an event's people."""

from functools import cached_property
from typing import Any

from django.db.models import QuerySet
from django.http import Http404
from rest_framework import serializers

from api.identifiers import find
from api.serializers import ModelSerializer
from api.views import ListViewSet
from events.models import Event
from relations.filters import relation_filters, relation_orderings
from relations.models import UserEventRelation
from users.models import User


class EventOfPersonSerializer(ModelSerializer[UserEventRelation]):
    """One event in which a person has a part."""

    event_id = serializers.UUIDField(read_only=True)
    event_title = serializers.CharField(source="event.title", read_only=True)
    event_date = serializers.DateTimeField(source="event.start_at", read_only=True)

    class Meta:
        model = UserEventRelation
        fields = ("event_id", "event_title", "role", "status", "event_date")


class PersonOfEventSerializer(ModelSerializer[UserEventRelation]):
    """One person who has a part in an event."""

    user_id = serializers.UUIDField(read_only=True)
    first_name = serializers.CharField(source="user.first_name", read_only=True)
    last_name = serializers.CharField(source="user.last_name", read_only=True)
    phone_number = serializers.CharField(source="user.phone_number", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True, allow_null=True)
    job_title = serializers.CharField(source="user.job_title", read_only=True)
    company = serializers.CharField(source="user.company", read_only=True)
    city = serializers.CharField(source="user.city", read_only=True)
    state = serializers.CharField(source="user.state", read_only=True)

    class Meta:
        model = UserEventRelation
        fields = (
            "user_id",
            "first_name",
            "last_name",
            "role",
            "status",
            "phone_number",
            "email",
            "job_title",
            "company",
            "city",
            "state",
        )


class RelationsBelowViewSet(ListViewSet):
    """The relations of the one object that the path names."""

    model = UserEventRelation
    above: type[Any]
    link: str
    filters = relation_filters
    orderings = relation_orderings
    default_ordering = "created_at"

    @cached_property
    def named(self) -> Any:
        """Return the object that the path names. Raises 404 for one that the caller may not know of."""
        found = find(self.above.objects.visible_to(self.request.user), self.kwargs["id"])
        if found is None:
            raise Http404
        return found

    def get_queryset(self) -> "QuerySet[Any]":
        return super().get_queryset().filter(**{self.link: self.named})


class EventsOfPersonViewSet(RelationsBelowViewSet):
    """The events in which a person has a part."""

    above = User
    link = "user"
    serializer_class = EventOfPersonSerializer


class PeopleOfEventViewSet(RelationsBelowViewSet):
    """The people who have a part in an event."""

    above = Event
    link = "event"
    serializer_class = PersonOfEventSerializer
