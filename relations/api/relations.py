"""The raw relations, for integrators."""

from collections.abc import Callable
from typing import Any

from django.db.models import F
from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from api.identifiers import IdentifierField, find
from api.ordering import Ordering
from api.serializers import ChoiceField, ModelSerializer
from api.views import CreateMixin, DestroyMixin, ReadOnlyModelViewSet
from events.models import Event
from relations.filters import ROLE_ALIASES, relation_filters, relation_unfiltered
from relations.models import Role, Status, UserEventRelation
from relations.rights import leads, refuse_unless_may_add
from relations.seats import lock_capacity
from relations.services import add_relation, end_relation
from relations.turns import turn_at
from users.models import User


class RelationSerializer(ModelSerializer[UserEventRelation]):
    """A person's part in an event. Without a ``status`` an attendee is confirmed, or queued when it is full."""

    user_id = IdentifierField(User, source="user")
    event_id = IdentifierField(Event, source="event")
    role = ChoiceField(choices=Role.choices)
    status = ChoiceField(choices=Status.choices, required=False)

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

    def in_state(self, act: Callable[[], Response]) -> Response:
        """Have a turn at the seats before the transaction that ``If-Match`` asks for."""
        actor: Any = self.request.user
        relation = find(self.get_queryset().select_related("event"), self.kwargs["id"])
        if relation is None:
            raise Http404
        with turn_at(relation.event_id, leads=leads(actor, relation.event)):
            return super().in_state(act)

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
        event = wanted["event"]
        with turn_at(event.pk, leads=leads(actor, event)):
            relation, is_new = add_relation(**wanted, actor=actor, reason="added through the API")
        return self.answer_created(relation) if is_new else self.answer_saved(relation)

    def perform_destroy(self, instance: UserEventRelation) -> None:
        actor: Any = self.request.user
        end_relation(relation=instance, actor=actor, reason="ended through the API")
