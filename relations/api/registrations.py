"""The registrations of an event and of a person: who is in, who waits at which place, and the steps they go through."""

from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import cached_property
from typing import Any

from django.db.models import Case, IntegerField, Q, QuerySet, Value, When
from django.http import Http404
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers, status
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.identifiers import IdentifierField, identified_by
from api.ordering import Ordering
from api.representation import IsoTime, Row
from api.serializers import ModelSerializer, Serializer
from api.views import DestroyMixin, RetrieveMixin
from events.models import Event
from relations.api.parts import RelationsBelowViewSet
from relations.filters import registration_filters, registration_unfiltered
from relations.models import Role, Status, UserEventRelation
from relations.querysets import LIVE
from relations.queue import places_in_queues
from relations.registration import accept, approve, check_in, decline, register, undo_check_in
from relations.rights import (
    leads,
    refuse_unless_leads,
    refuse_unless_may_add,
    refuse_unless_may_decline,
    refuse_unless_own_or_leads,
)
from relations.seats import lock_capacity
from relations.services import end_relation
from relations.turns import turn_at
from users.models import User


class RegistrationSerializer(ModelSerializer[UserEventRelation]):
    """Somebody's registration for an event.

    ``queue_position`` counts from 1, for who is waitlisted; ``offer_expires_at`` is there for who is offered a place.
    """

    user_id = serializers.UUIDField(read_only=True)
    event_id = serializers.UUIDField(read_only=True)
    queue_position = serializers.IntegerField(read_only=True, allow_null=True)
    first_name = serializers.CharField(source="user.first_name", read_only=True)
    last_name = serializers.CharField(source="user.last_name", read_only=True)
    email = serializers.EmailField(source="user.email", read_only=True, allow_null=True)
    event_title = serializers.CharField(source="event.title", read_only=True)
    event_date = serializers.DateTimeField(source="event.start_at", read_only=True)

    class Meta:
        model = UserEventRelation
        fields = (
            "id",
            "user_id",
            "event_id",
            "role",
            "status",
            "queue_position",
            "seq",
            "created_at",
            "offer_expires_at",
            "first_name",
            "last_name",
            "email",
            "event_title",
            "event_date",
        )
        read_only_fields = fields
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad93",
            "user_id": "0190163d-8694-739b-aea5-966c26f8ad91",
            "event_id": "0190163d-8694-739b-aea5-966c26f8ad92",
            "role": "attendee",
            "status": "waitlisted",
            "queue_position": 2,
            "seq": 81,
            "created_at": "2026-03-01T18:30:00+00:00",
            "offer_expires_at": None,
            "first_name": "Ada",
            "last_name": "Lovelace",
            "email": "ada@example.com",
            "event_title": "Spring meeting",
            "event_date": "2026-04-16T17:30:00+00:00",
        }
        expressions = {
            "queue_position": Value(None, output_field=IntegerField()),
            "offer_expires_at": IsoTime(Case(When(status=Status.OFFERED, then="offer_expires_at"))),
        }


class RegisterSerializer(Serializer):
    """Whom to register: oneself, unless ``user_id`` names somebody else."""

    user_id = IdentifierField(User, source="user", required=False)

    class Meta:
        example = {"user_id": "0190163d-8694-739b-aea5-966c26f8ad91"}


class ReasonSerializer(Serializer):
    """Why. It is kept in the ledger and shown in the explanation, also to the person."""

    reason = serializers.CharField(required=False, allow_blank=True, max_length=200)

    class Meta:
        example = {"reason": "Came with a colleague."}


class RegistrationsViewSet(RelationsBelowViewSet):
    """The registrations of the object that the path names, each that waits with its place in the queue."""

    serializer_class: Any = RegistrationSerializer
    filters = registration_filters
    orderings = {"created_at": Ordering("created_at")}
    unfiltered = registration_unfiltered | {"seq": "The place in one event's order of arrival."}

    def get_queryset(self) -> "QuerySet[Any]":
        return super().get_queryset().filter(role=Role.ATTENDEE)

    def complete(self, rows: list[Row]) -> None:
        places = places_in_queues([row["id"] for row in rows if row["status"] == Status.WAITLISTED])
        for row in rows:
            row["queue_position"] = places.get(row["id"])


class RegistrationsOfPersonViewSet(RegistrationsViewSet):
    """What a person is or was registered for, the latest registration first."""

    above = User
    link = "user"
    default_ordering = "-created_at"


class WaitlistsOfPersonViewSet(RegistrationsOfPersonViewSet):
    """The queues in which a person waits, with the place in each."""

    def get_queryset(self) -> "QuerySet[Any]":
        return super().get_queryset().filter(status=Status.WAITLISTED)


Step = Callable[..., Any]


class RegistrationBase(RegistrationsViewSet):
    """The registrations for an event. A path names one by its event and person: their live one, else their latest."""

    above = Event
    link = "event"
    lookup_url_kwarg = "user_id"

    @cached_property
    def meant(self) -> UserEventRelation:
        """Return the registration that the path names. Raises 404 for none that the caller may know of."""
        person = identified_by(User, self.kwargs["user_id"])
        if person is None:
            raise Http404
        alive_first = Case(When(status__in=LIVE, then=0), default=1)
        rows = self.get_queryset().filter(user__in=User.objects.filter(person).values("pk"))
        found = rows.select_related("user", "event").order_by(alive_first, "-seq").first()
        if found is None:
            raise Http404
        return found  # type: ignore[no-any-return]  # rows of the model above

    def identified(self) -> Q:
        return Q(pk=self.meant.pk)

    def get_object(self) -> UserEventRelation:
        return self.meant

    def in_state(self, act: Callable[[], Response]) -> Response:
        """Have a turn at the seats before the transaction that ``If-Match`` asks for."""
        with self.turn():
            return super().in_state(act)

    def turn(self) -> AbstractContextManager[None]:
        """Return a turn at the event's seats: one of those for who leads it, or one in the crowd."""
        actor: Any = self.request.user
        return turn_at(self.named.pk, leads=leads(actor, self.named))

    def lock_object(self) -> None:
        """Lock the seats of the event first, as the services do."""
        lock_capacity(self.meant.event_id)
        super().lock_object()


@extend_schema_view(retrieve=extend_schema(summary=_("Show somebody's registration")))
class RegistrationViewSet(RegistrationBase, RetrieveMixin, DestroyMixin):
    """The registrations for an event, in the order of arrival."""

    orderings = {"seq": Ordering("seq"), "created_at": Ordering("created_at")}
    default_ordering = "seq"
    unfiltered = registration_unfiltered
    etag_columns = ("status",)
    permissions = {
        "check_in": "change",
        "undo_check_in": "change",
        "approve": "change",
        "accept": "add",
        "decline": "delete",
    }

    @extend_schema(request=RegisterSerializer, responses={200: RegistrationSerializer, 201: RegistrationSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Register somebody, else oneself: 201 confirmed, waitlisted or pending, and 200 for who is in already."""
        event, actor = self.named, self._actor()
        body = RegisterSerializer(data=request.data, context=self.get_serializer_context())
        body.is_valid(raise_exception=True)
        user = body.validated_data.get("user", actor)
        refuse_unless_may_add(actor=actor, user=user, event=event, role=Role.ATTENDEE, status=None)
        with self.turn():
            relation, is_new = register(user=user, event=event, actor=actor, reason="registered through the API")
        if not is_new:
            return self.answer_saved(relation)
        answer = self.answer_saved(relation, status.HTTP_201_CREATED)
        answer["Location"] = request.build_absolute_uri(f"{request.path.rstrip('/')}/{user.pk}/")
        return answer

    def destroy(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Cancel the registration; the place goes to the head of the queue. It stays to be read, as cancelled."""
        if self.meant.status not in LIVE:
            raise Http404
        return super().destroy(request, *args, **kwargs)

    def perform_destroy(self, instance: UserEventRelation) -> None:
        end_relation(relation=instance, actor=self._actor(), reason="cancelled through the API")

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def check_in(self, request: Request, **kwargs: str) -> Response:
        """Record that somebody who has a place has come; scanned twice is checked in once."""
        return self._led(check_in, "checked in through the API")

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def undo_check_in(self, request: Request, **kwargs: str) -> Response:
        """Take a check-in back."""
        return self._led(undo_check_in, "check-in taken back through the API")

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def approve(self, request: Request, **kwargs: str) -> Response:
        """Let in who waits for approval: confirmed, or waitlisted by the order of arrival."""
        return self._led(approve, "approved through the API")

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def decline(self, request: Request, **kwargs: str) -> Response:
        """Decline who waits for approval, or turn down an offer, which goes to the next in the queue."""
        refuse_unless_may_decline(actor=self._actor(), relation=self.meant)
        return self._take(decline, "declined through the API")

    @extend_schema(request=ReasonSerializer)
    @action(detail=True, methods=["post"])
    def accept(self, request: Request, **kwargs: str) -> Response:
        """Take the place that was offered."""
        refuse_unless_own_or_leads(actor=self._actor(), relation=self.meant)
        return self._take(accept, "accepted through the API")

    def _led(self, step: Step, reason: str) -> Response:
        """Take a step that is for those who lead the event; others are refused whoever is registered."""
        refuse_unless_leads(actor=self._actor(), event=self.named)
        return self._take(step, reason)

    def _take(self, step: Step, reason: str) -> Response:
        relation = self.meant
        body = ReasonSerializer(data=self.request.data)
        body.is_valid(raise_exception=True)
        step(relation=relation, actor=self._actor(), reason=body.validated_data.get("reason") or reason)
        return self.answer_saved(relation)

    def _actor(self) -> User:
        actor: Any = self.request.user
        return actor  # type: ignore[no-any-return]  # whoever is let in is one of our users
