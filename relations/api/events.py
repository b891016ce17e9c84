"""How events end, and who hosts them: what events themselves know nothing of."""

from functools import partial
from typing import Any

from django.http import Http404
from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from api.identifiers import IdentifierField, find
from api.resources import ResourceViewSet
from api.serializers import ChoiceField, Serializer
from events.api import EventSerializer
from events.models import Event
from relations.api.registrations import ReasonSerializer
from relations.closing import cancel_event, complete_event
from relations.models import Role, Status, UserEventRelation
from relations.services import add_relation, end_relation
from users.models import User

MADE_HOST = "made host through the API"


class CompleteSerializer(ReasonSerializer):
    """Why, and what those become who have a place and were not checked in."""

    outcome = ChoiceField(
        choices=[Status.ATTENDED, Status.NO_SHOW],
        required=False,
        help_text="Left out: no_show where anybody was checked in, else attended.",
    )

    class Meta:
        example = {"outcome": "attended"}


class HostSerializer(Serializer):
    """Who hosts."""

    user_id = IdentifierField(User, source="user")

    class Meta:
        example = {"user_id": "0190163d-8694-739b-aea5-966c26f8ad91"}


class EventStepsViewSet(ResourceViewSet):
    """What is done with an event by those who lead it."""

    model = Event
    serializer_class = EventSerializer
    permissions = dict.fromkeys(("cancel", "close", "add_host", "end_host", "end_named_host"), "change")

    @extend_schema(request=ReasonSerializer)
    def cancel(self, request: Request, **kwargs: str) -> Response:
        """Call the event off. It takes nobody from now on; a worker releases all who registered, soon after.

        The ``reason`` is what the ledger says of each of them. Cancelling twice is cancelling once.
        """
        event = self.get_editable_object()
        given = self._read(ReasonSerializer)
        return self.answer_saved(cancel_event(event=event, actor=self._actor(), reason=given.get("reason", "")))

    @extend_schema(request=CompleteSerializer)
    def close(self, request: Request, **kwargs: str) -> Response:
        """Close an event that has begun. A worker settles, soon after, who came and who did not.

        Completing twice is completing once.
        """
        event = self.get_editable_object()
        given = self._read(CompleteSerializer)
        outcome, reason = given.get("outcome"), given.get("reason", "")
        return self.answer_saved(complete_event(event=event, actor=self._actor(), reason=reason, outcome=outcome))

    @extend_schema(request=HostSerializer, responses={200: EventSerializer, 201: EventSerializer})
    def add_host(self, request: Request, **kwargs: str) -> Response:
        """Make somebody a host, and answer the event: 201, or 200 for who is one already."""
        event = self.get_editable_object()
        user = self._read(HostSerializer)["user"]
        is_new = add_relation(user=user, event=event, role=Role.HOST, actor=self._actor(), reason=MADE_HOST)[1]
        return self.answer_saved(event, status.HTTP_201_CREATED if is_new else status.HTTP_200_OK)

    @extend_schema(responses={204: None}, operation_id="events_hosts_end")
    def end_host(self, request: Request, **kwargs: str) -> Response:
        """Let somebody be a host no longer, whom the body names: `{"user_id": …}`; 204, then 404.

        Where a body with DELETE gets lost on its way, take the address that names the person.
        """
        event = self.get_editable_object()
        user = self._read(HostSerializer)["user"]
        return self.in_state(partial(self._end_host, event, user))

    @extend_schema(responses={204: None}, operation_id="events_hosts_end_named")
    def end_named_host(self, request: Request, **kwargs: str) -> Response:
        """Let somebody be a host no longer, whom the path names: 204, then 404."""
        event = self.get_editable_object()
        user = find(User.objects.visible_to(request.user), self.kwargs["user_id"])
        return self.in_state(partial(self._end_host, event, user))

    def _end_host(self, event: Event, user: User | None) -> Response:
        hosts = UserEventRelation.objects.filter(event=event, role=Role.HOST).exclude(status=Status.CANCELLED)
        relation = hosts.filter(user=user).first() if user else None
        if relation is None:
            raise Http404
        end_relation(relation=relation, actor=self._actor(), reason="ended as host through the API")
        return Response(status=status.HTTP_204_NO_CONTENT)

    def _read(self, serializer_class: type[Serializer]) -> dict[str, Any]:
        serializer = serializer_class(data=self.request.data, context=self.get_serializer_context())
        serializer.is_valid(raise_exception=True)
        return serializer.validated_data  # type: ignore[no-any-return]  # a dict, for a serializer of one body

    def _actor(self) -> User:
        actor: Any = self.request.user
        return actor  # type: ignore[no-any-return]  # whoever is let in is one of our users
