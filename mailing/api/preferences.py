"""What a person wants to get of mail to many, over REST."""

from functools import cached_property
from typing import Any

from django.core.exceptions import PermissionDenied
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import Fault, InvalidInput
from api.identifiers import find, find_all
from api.resources import ResourceViewSet
from api.serializers import Serializer, ShortListField
from events.models import Event
from mailing.models import MailCategory, OptOutSource
from mailing.preferences import Choice, Door, Topic, choose, preferences_of
from users.models import User
from users.roles import Role

MOST_NAMED = 200


class CategoryChoiceSerializer(Serializer):
    """A sort of mail, and whether the person wants it."""

    key = serializers.CharField(max_length=50)
    name = serializers.CharField(read_only=True)
    description = serializers.CharField(read_only=True)
    subscribed = serializers.BooleanField()


class EventChoiceSerializer(Serializer):
    """An event, and whether the person wants mail about it."""

    event_id = serializers.CharField(max_length=200, help_text="The id, or the external_id.")
    title = serializers.CharField(read_only=True)
    subscribed = serializers.BooleanField()


class PreferencesSerializer(Serializer):
    """What a person wants of mail to many: without ``campaign_mail`` they get none, whatever stands below it.

    Shown are all categories, and the events to come of which the person is part or whose mail they do without, as far
    as the caller may know of that part. What a body leaves out stays as it is. Mail that they wait for, as
    confirmations, is sent all the same.
    """

    campaign_mail = serializers.BooleanField(required=False)
    categories = ShortListField(child=CategoryChoiceSerializer(), required=False, max_length=MOST_NAMED)
    events = ShortListField(child=EventChoiceSerializer(), required=False, max_length=MOST_NAMED)

    class Meta:
        example = {
            "campaign_mail": True,
            "categories": [
                {
                    "key": "newsletter",
                    "name": "Newsletter",
                    "description": "What is new with us, now and then.",
                    "subscribed": False,
                }
            ],
            "events": [
                {"event_id": "0190163d-8694-739b-aea5-966c26f8ad91", "title": "Spring meeting", "subscribed": True}
            ],
        }


class PreferencesViewSet(ResourceViewSet):
    """What the person whom the path names wants of mail to many. They choose it themselves, or an administrator."""

    model = User
    serializer_class = PreferencesSerializer
    etag_columns = ()
    permissions = {"show": "view", "change": "change"}

    @cached_property
    def named(self) -> User:
        """Return the person. Raises 404 for one that the caller may not know of."""
        found: User | None = find(self.get_queryset(), self.kwargs["id"])
        if found is None:
            raise Http404
        return found

    @extend_schema(responses=PreferencesSerializer)
    def show(self, request: Request, **kwargs: str) -> Response:
        """Show what the person wants."""
        viewer: Any = request.user
        return Response(_shown(self.named, viewer))

    @extend_schema(request=PreferencesSerializer, responses=PreferencesSerializer)
    def change(self, request: Request, **kwargs: str) -> Response:
        """Change what is sent, and leave the rest; a second later nothing unwanted is handed over any more."""
        person, caller = self.named, self._chooser(request)
        serializer = PreferencesSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        choices = _choices(serializer.validated_data, caller)
        choose(user=person, choices=choices, door=Door(OptOutSource.API, by=caller))
        return Response(_shown(person, caller))

    def _chooser(self, request: Request) -> User:
        caller: Any = request.user
        if caller != self.named and not caller.holds(Role.ADMIN):
            raise PermissionDenied
        return caller  # type: ignore[no-any-return]  # the permission lets nobody else in


def _shown(person: User, viewer: User) -> dict[str, Any]:
    found = preferences_of(person, viewer=viewer)
    return {
        "campaign_mail": found.everything.wanted,
        "categories": [
            {
                "key": choice.topic.category.key,
                "name": choice.topic.category.name,
                "description": choice.topic.category.description,
                "subscribed": choice.wanted,
            }
            for choice in found.categories
            if choice.topic.category
        ],
        "events": [
            {"event_id": choice.topic.event.pk, "title": choice.topic.event.title, "subscribed": choice.wanted}
            for choice in found.events
            if choice.topic.event
        ],
    }


def _choices(body: dict[str, Any], caller: User) -> list[Choice]:
    """Return what the body says. Raises ``InvalidInput`` for what is not there, or not in the caller's sight."""
    categories = {one.key: one for one in MailCategory.objects.all()}
    choices = [Choice(Topic(), body["campaign_mail"])] if "campaign_mail" in body else []
    faults = []
    for place, said in enumerate(body.get("categories", [])):
        if category := categories.get(said["key"]):
            choices.append(Choice(Topic(category=category), said["subscribed"]))
        else:
            known = ", ".join(sorted(categories))
            faults.append(
                Fault(_("There is no such category. Known: %s.") % known, "unknown", ("categories", place, "key"))
            )
    named = body.get("events", [])
    events = find_all(Event.objects.visible_to(caller), [said["event_id"] for said in named])
    for place, said in enumerate(named):
        if event := events.get(said["event_id"]):
            choices.append(Choice(Topic(event=event), said["subscribed"]))
        else:
            faults.append(Fault(_("There is no such event."), "unknown", ("events", place, "event_id")))
    if faults:
        raise InvalidInput(faults)
    return choices
