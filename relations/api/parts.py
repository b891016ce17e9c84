"""Relations over REST: a person's events, an event's people, people by what they did, and the raw relations."""

from functools import reduce
from operator import or_
from typing import Any

from django.db.models import F, Q, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import Fault, InvalidInput
from api.filters import ChoiceFilter, FactGroup, Facts, FilterContext, FilterSet, IntegerFilter
from api.identifiers import IdentifierField, find
from api.ordering import Ordering
from api.serializers import ModelSerializer
from api.views import CreateMixin, DestroyMixin, ListViewSet, ReadOnlyModelViewSet
from events.models import Event
from relations.filters import COUNTERS, ROLE_ALIASES, relation_filters, relation_orderings, relation_unfiltered
from relations.models import Role, Status, UserEventRelation
from relations.numbers import counter_between, with_so_many
from relations.rights import refuse_unless_may_add
from relations.seats import lock_capacity
from relations.services import add_relation, end_relation
from users.api import UserSerializer
from users.filters import people_filters, people_orderings, people_unfiltered
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

    def get_queryset(self) -> "QuerySet[Any]":
        found = find(self.above.objects.visible_to(self.request.user), self.kwargs["id"])
        if found is None:
            raise Http404
        return super().get_queryset().filter(**{self.link: found})


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


class RelationSerializer(ModelSerializer[UserEventRelation]):
    """A person's part in an event. Without a ``status`` an attendee is confirmed, or queued when it is full."""

    user_id = IdentifierField(User, source="user")
    event_id = IdentifierField(Event, source="event")
    role = serializers.ChoiceField(choices=Role.choices)
    status = serializers.ChoiceField(choices=Status.choices, required=False)

    class Meta:
        model = UserEventRelation
        fields = ("id", "user_id", "event_id", "role", "status", "seq", "created_at")
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad93",
            "user_id": "0190163d-8694-739b-aea5-966c26f8ad91",
            "event_id": "0190163d-8694-739b-aea5-966c26f8ad92",
            "role": "attendee",
            "status": "waitlisted",
            "seq": 81,
            "created_at": "2026-03-01T18:30:00+00:00",
        }
        read_only_fields = ("seq", "created_at")
        expressions = {"user_id": F("user_id"), "event_id": F("event_id")}

    def to_internal_value(self, data: Any) -> Any:
        role = data.get("role") if isinstance(data, dict) else None
        if isinstance(role, str):
            data = {**data, "role": ROLE_ALIASES.get(role, role)}
        return super().to_internal_value(data)

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Leave the model's rules to the service, which applies them under the event's lock."""
        return attrs


class RelationViewSet(CreateMixin, DestroyMixin, ReadOnlyModelViewSet):
    """The raw relations, for integrators. Deleting one ends it: it stays as history, with the status cancelled."""

    model = UserEventRelation
    serializer_class = RelationSerializer
    filters = relation_filters
    # Keys are UUIDv7: their order is that of arrival, and needs no index of its own.
    orderings = {"id": Ordering("id")}
    default_ordering = "-id"
    unfiltered = relation_unfiltered
    etag_columns = ("status",)

    def lock_object(self) -> None:
        """Lock the seats of the event first, as the service does."""
        relation = find(self.get_queryset(), self.kwargs["id"])
        if relation is not None:
            lock_capacity(relation.event_id)
        super().lock_object()

    @extend_schema(responses={200: RelationSerializer, 201: RelationSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Give a person a part in an event: 201, or 200 where they have one, which becomes what the status says."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        actor: Any = request.user
        wanted = {"status": None, **serializer.validated_data}
        refuse_unless_may_add(actor=actor, **wanted)
        relation, is_new = add_relation(**wanted, actor=actor, reason="added through the API")
        return self.answer_created(relation) if is_new else self.answer_saved(relation)

    def perform_destroy(self, instance: UserEventRelation) -> None:
        actor: Any = self.request.user
        end_relation(relation=instance, actor=actor, reason="ended through the API")


def _by_number(facts: Facts, context: FilterContext) -> Q:
    """Return the people with so many events in the named role: hosts and attendees by their counters."""
    if "role" not in facts:
        raise InvalidInput(Fault(_("Name the role: owner, host or attendee."), "required", ("role",)))
    roles: list[str] = facts["role"]
    least, most = facts.get("min_events", 1), facts.get("max_events")
    return reduce(or_, (_in_role(Role(role), least, most, context) for role in roles))


def _in_role(role: Role, least: int, most: int | None, context: FilterContext) -> Q:
    """Return the people with so many events in one role. Owners have no counter, but are few."""
    if role in COUNTERS:
        return counter_between(COUNTERS[role], least, most)
    relations = UserEventRelation.objects.visible_to(context.caller)  # type: ignore[arg-type]  # a caller is one of our users
    return with_so_many(relations.filter(role=role).exclude(status=Status.CANCELLED), least, most)


def _filters_by_number() -> FilterSet:
    """Return the people's filters, with ``role`` read as the role in which events are counted."""
    filters = FilterSet("people_by_number")
    filters.register(
        FactGroup(
            ChoiceFilter("role", Role, aliases=ROLE_ALIASES, help_text="In which events are counted. Required."),
            IntegerFilter("min_events", help_text="At least so many (1 when left out)."),
            IntegerFilter("max_events", help_text="At most so many."),
            condition=_by_number,
        ),
        *(declared for name, declared in people_filters.filters.items() if name not in people_filters.groups),
    )
    return filters


class PeopleByNumberViewSet(ListViewSet):
    """People by how many events they owned, hosted or attended."""

    model = User
    serializer_class = UserSerializer
    filters = _filters_by_number()
    orderings = people_orderings
    default_ordering = "name"
    unfiltered = people_unfiltered
    listed_by_parameters = ("filter_by",)
    permissions = {"filter_by": "view"}

    @extend_schema(request=None, responses=UserSerializer(many=True))
    def filter_by(self, request: Request) -> Response:
        """List people with at least ``min_events`` and at most ``max_events`` events in ``role``."""
        if "role" not in request.query_params:
            self.filters.tree_of(request.query_params)  # what is wrong with the others is said first
            raise InvalidInput(Fault(_("Name the role: owner, host or attendee."), "required", parameter="role"))
        return self.respond_with_list(self.get_queryset())
