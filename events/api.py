"""Events over REST."""

from typing import Any

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Subquery
from django.db.models.functions import JSONObject
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.serializers import BaseSerializer

from api.identifiers import IdentifierListField
from api.representation import Row
from api.serializers import ModelSerializer
from api.views import FilterByBodyMixin, ModelViewSet
from events.filters import event_filters, event_orderings, event_unfiltered
from events.models import Event
from events.moments import MomentField
from events.series_api import SeriesActions
from events.services import create_event, delete_event, update_event
from users.models import User

HOSTS = "Read when the event is created, and ignored later. Shown are those of whom the caller may know."

TIMES = ("start_at", "end_at")


def _people(role: str) -> Any:
    """Return the query for the ids of those who hold ``role`` in the outer event."""
    held = Event.objects.filter(
        pk=OuterRef("pk"), relations__role=role, relations__status__in=("confirmed", "attended")
    )
    return held.order_by("relations__seq").values("relations__user_id")


class CountsSerializer(serializers.Serializer[Any]):
    """How full an event is."""

    taken = serializers.IntegerField(help_text="Seats taken.")
    waiting = serializers.IntegerField(help_text="People in the queue.")


class EventSerializer(ModelSerializer[Event]):
    """An event. Whoever creates one becomes its owner and, unless ``hosts`` names others, its host."""

    slug = serializers.SlugField(required=False, max_length=120, help_text="Made from the title when left out.")
    start_at = MomentField()
    end_at = MomentField(required=False, allow_null=True)
    series_id = serializers.UUIDField(read_only=True, allow_null=True)
    owner = serializers.UUIDField(
        read_only=True, allow_null=True, help_text="Null where the caller may not know of them."
    )
    hosts = IdentifierListField(User, required=False, max_length=100, help_text=HOSTS)
    counts = CountsSerializer(read_only=True)

    def to_internal_value(self, data: Any) -> Any:
        """Ignore ``hosts`` of an event that there is already."""
        if self.instance is not None and isinstance(data, dict):
            data = {name: value for name, value in data.items() if name != "hosts"}
        return super().to_internal_value(data)

    def validate(self, attrs: Any) -> Any:
        self._refuse_end_before_start(attrs)
        return super().validate(attrs)

    def _refuse_end_before_start(self, attrs: dict[str, Any]) -> None:
        """Say at the time that was sent which stored one it contradicts; the model knows only that they do."""
        event, sent = self.candidate(attrs), [name for name in TIMES if name in attrs]
        if not sent or event.end_at is None or event.end_at >= event.start_at:
            return
        said = _("The event ends before it starts.")
        if len(sent) == 1:
            [kept] = set(TIMES) - set(sent)
            at = getattr(event, kept).isoformat()
            said += " " + _("Its %(kept)s is %(at)s: send %(kept)s along.") % {"kept": kept, "at": at}
        raise serializers.ValidationError({sent[-1]: [said]})

    class Meta:
        model = Event
        fields = (
            "id",
            "external_id",
            "slug",
            "title",
            "description",
            "organizer",
            "start_at",
            "end_at",
            "timezone",
            "venue",
            "max_capacity",
            "waitlist_enabled",
            "requires_approval",
            "offer_minutes",
            "status",
            "series_id",
            "owner",
            "hosts",
            "counts",
            "created_at",
            "updated_at",
        )
        example = {
            "id": "0190163d-8694-739b-aea5-966c26f8ad92",
            "external_id": None,
            "slug": "spring-meeting",
            "title": "Spring meeting",
            "description": "An evening of short talks.",
            "organizer": "Analytical Society",
            "start_at": "2026-04-16T18:30:00+01:00",
            "end_at": "2026-04-16T21:00:00+01:00",
            "timezone": "Europe/London",
            "venue": "Old Library",
            "max_capacity": 80,
            "waitlist_enabled": True,
            "requires_approval": False,
            "offer_minutes": None,
            "status": "active",
            "series_id": None,
            "owner": "0190163d-8694-739b-aea5-966c26f8ad91",
            "hosts": ["0190163d-8694-739b-aea5-966c26f8ad91"],
            "counts": {"taken": 80, "waiting": 4},
            "created_at": "2026-03-01T18:30:00+00:00",
            "updated_at": "2026-03-02T09:00:00+00:00",
        }
        read_only_fields = ("created_at", "updated_at")
        expressions = {
            "owner": Subquery(_people("owner")[:1]),
            "hosts": ArraySubquery(_people("host")),
            "counts": JSONObject(taken="capacity__taken", waiting="capacity__waiting"),
        }


class EventViewSet(SeriesActions, FilterByBodyMixin, ModelViewSet):
    """Events: drafts, those to come, and those that were."""

    model = Event
    serializer_class = EventSerializer
    filters = event_filters
    orderings = event_orderings
    default_ordering = "-start_at"
    unfiltered = event_unfiltered
    permissions = {"repeat": "add", "extend": "add", "following": "change"}

    def complete(self, rows: list[Row]) -> None:
        """Show those of an event's owner and hosts alone of whom the caller may know: customers, themselves."""
        named = {person for row in rows for person in (row["owner"], *row["hosts"]) if person}
        known = set(User.objects.visible_to(self.request.user).filter(pk__in=named).values_list("pk", flat=True))
        for row in rows:
            row["owner"] = row["owner"] if row["owner"] in known else None
            row["hosts"] = [host for host in row["hosts"] if host in known]

    def perform_create(self, serializer: BaseSerializer[Any]) -> Event:
        fields = dict(serializer.validated_data)
        hosts: list[User] | None = fields.pop("hosts", None)
        actor: Any = self.request.user
        host_ids = None if hosts is None else [host.pk for host in hosts]
        return create_event(event=Event(**fields), actor=actor, host_ids=host_ids)

    def perform_update(self, serializer: BaseSerializer[Any]) -> Event:
        actor: Any = self.request.user
        event: Any = serializer.instance
        return update_event(event=event, changes=serializer.validated_data, actor=actor)

    def perform_destroy(self, instance: Event) -> None:
        delete_event(event=instance)
