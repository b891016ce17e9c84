"""“Why not me?” over REST."""

from typing import Any

from drf_spectacular.utils import OpenApiParameter, extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.cursors import Cursor, read_cursor
from api.exceptions import InvalidInput
from api.pages import Page
from api.pagination import DEFAULT_LIMIT, MAX_LIMIT, PageRequest, page_links
from api.serializers import Serializer
from relations.api.registrations import RegistrationBase
from relations.explanations import Explanation, Line, explain
from relations.models import RelationTransition, Status

NEWEST_FIRST = "-id"
LIMIT = {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}


class LineSerializer(Serializer):
    """One thing that happened. Names, and reasons but one's own, are there for who may know of that registration."""

    id = serializers.IntegerField(allow_null=True, help_text="The line in the ledger; null: a change of the event.")
    at = serializers.DateTimeField()
    kind = serializers.CharField(help_text="Such as queued, left, promoted, offered, expired or capacity_cut.")
    text = serializers.CharField()
    seq = serializers.IntegerField(
        allow_null=True, help_text="Whose: `seq` of the registration, which unlike the text counts owner and hosts."
    )
    is_own = serializers.BooleanField(help_text="Whether it happened to this registration.")
    user_id = serializers.UUIDField(allow_null=True)
    name = serializers.CharField(allow_blank=True)
    reason = serializers.CharField(allow_blank=True)
    place_of = serializers.IntegerField(allow_null=True, help_text="The number of who had the place before.")
    went_to = serializers.IntegerField(allow_null=True, help_text="The number of who got the place.")


LINE_FIELDS = tuple(LineSerializer().fields)


class ExplanationSerializer(Serializer):
    """How a registration stands, why, and what happened since it came, the newest first."""

    status = serializers.ChoiceField(choices=Status.choices)
    code = serializers.CharField(
        help_text="For who waits: full, over_capacity, free, not_active or over; else the status."
    )
    text = serializers.CharField()
    queue_position = serializers.IntegerField(allow_null=True)
    taken = serializers.IntegerField(help_text="Seats taken.")
    waiting = serializers.IntegerField(help_text="People in the queue.")
    max_capacity = serializers.IntegerField(allow_null=True)
    over_by = serializers.IntegerField(help_text="By how many more than its capacity the event has after a cut.")
    next = serializers.CharField(allow_null=True, help_text="Where older lines are; null: none.")
    results = LineSerializer(many=True)

    class Meta:
        example = {
            "status": "waitlisted",
            "code": "full",
            "text": "The event is full: 80 of 80 places are taken. One person is served before.",
            "queue_position": 2,
            "taken": 80,
            "waiting": 4,
            "max_capacity": 80,
            "over_by": 0,
            "next": None,
            "results": [
                {
                    "id": 4712,
                    "at": "2026-03-02T09:00:00+00:00",
                    "kind": "promoted",
                    "text": "Registration 80 got a place. It is the one that registration 6 gave up.",
                    "seq": 81,
                    "is_own": False,
                    "user_id": None,
                    "name": "",
                    "reason": "",
                    "place_of": 7,
                    "went_to": None,
                }
            ],
        }


class ExplanationViewSet(RegistrationBase):
    """Why somebody is where they are."""

    parameters = ("limit", "cursor")
    permissions = {"explanation": "view"}
    serializer_class = ExplanationSerializer
    etag_columns = ()

    @extend_schema(
        parameters=[
            OpenApiParameter(
                "limit", {"type": "integer", "minimum": 1, "maximum": MAX_LIMIT, "default": DEFAULT_LIMIT}
            ),
            OpenApiParameter("cursor", str, description="As in “next” of an answer."),
        ]
    )
    def explanation(self, request: Request, **kwargs: str) -> Response:
        """Say how the registration stands and why, and what happened since it came."""
        caller: Any = request.user
        try:
            asked = PageRequest.from_parameters(request.query_params)
            before = _place(asked.cursor) if asked.cursor else None
        except InvalidInput as error:
            raise error.as_parameters() from None
        return Response(_as_json(request, explain(self.meant, caller, before=before, limit=asked.limit)))


def _place(cursor: str) -> int:
    key: Any = RelationTransition._meta.pk
    return int(read_cursor(cursor, NEWEST_FIRST, key, key).pk)


def _as_json(request: Request, found: Explanation) -> dict[str, Any]:
    older = None if found.older is None else Cursor(NEWEST_FIRST, "after", found.older, found.older)
    links = page_links(request, Page([], older))
    return {**vars(found.standing), "next": links["next"], "results": [_line(line) for line in found.lines]}


def _line(line: Line) -> dict[str, Any]:
    return {name: getattr(line, name) for name in LINE_FIELDS}
