"""Sending: to whom, what, and when."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from django.conf import settings
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.exceptions import InvalidInput, Path
from api.identifiers import find
from api.representation import representation_of
from api.rules import HouseRules
from api.serializers import Serializer, ShortListField
from events.models import Event
from events.moments import MomentField
from mailing.api.campaigns import DeliveryCountsSerializer, ExcludedSerializer
from mailing.audience import Choice, by_emails, by_event, by_filter, by_ids, by_segment
from mailing.categories import category_named
from mailing.content import Content, content_of_template, own_content
from mailing.counts import counts_of
from mailing.models import CampaignExclusion, CampaignStatus
from mailing.services import create_campaign
from relations.models import Role, Status
from users.models import User

WHO = ("user_ids", "emails", "filter", "segment", "event")
# Looked up before the answer; a worker looks up whom a filter finds.
MOST_NAMED = 5_000
EXCLUDED_SHOWN = 1_000


class NamesField(ShortListField):
    """A list of ids, addresses, roles or statuses, refused at once where it is too long."""

    child = serializers.CharField(max_length=254)
    default_error_messages = {
        "max_length": gettext_lazy("Name at most {max_length} here. To mail more people, give a filter.")
    }

    def __init__(self, help_text: str, *, at_most: int = MOST_NAMED) -> None:
        super().__init__(required=False, allow_empty=False, max_length=at_most, help_text=help_text)


class SendEmailSerializer(Serializer):
    """Exactly one *who*, at most one *what* (the predefined mail when left out), and perhaps a time."""

    user_ids = NamesField("Who: ids of people, ours or those of another system.")
    emails = NamesField("Who: addresses of people.")
    filter = serializers.JSONField(
        required=False,
        help_text='Who: whom this filter finds, as in /users/filter/; {"everybody": true} alone finds all.',
    )
    segment = serializers.UUIDField(
        required=False,
        help_text="Who: the people of this segment, by its filter of now.",
        error_messages={
            "invalid": gettext_lazy("Give a UUID: /segments/?name=… finds it. Names are for the command line.")
        },
    )
    event = serializers.CharField(required=False, max_length=254, help_text="Who: the people of this event.")
    roles = NamesField("Of the event's people, those who hold one of these roles.", at_most=len(Role))
    statuses = NamesField(
        "Of the event's people, those whose part in it has one of these statuses.", at_most=len(Status)
    )
    template = serializers.CharField(required=False, max_length=100, help_text="What: the template of this name.")
    subject = serializers.CharField(required=False, max_length=500, help_text="What: a subject, with placeholders.")
    body = serializers.CharField(required=False, max_length=200_000, help_text="What: the text, with placeholders.")
    category = serializers.CharField(
        required=False,
        max_length=50,
        help_text="The key of the sort of mail that it is; who does without this sort is left out.",
    )
    scheduled_at = MomentField(required=False, allow_null=True, help_text="When; at once if left out.")

    class Meta:
        example = {
            "filter": {"attended": {"min": 2}, "city": "London"},
            "subject": "Dear {{ first_name }}, see you in spring?",
            "body": "The spring meeting is on 16 April.",
            "scheduled_at": "2026-03-20T09:00:00+00:00",
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        named = [name for name in WHO if name in attrs]
        if len(named) != 1:
            given = ", ".join(named) or _("none of them")
            raise serializers.ValidationError(
                _("Say to whom by exactly one of %(who)s; you gave %(given)s.")
                % {"who": ", ".join(WHO), "given": given}
            )
        if "event" not in attrs and (alone := attrs.keys() & {"roles", "statuses"}):
            raise serializers.ValidationError({name: _("This goes with “event” only.") for name in sorted(alone)})
        own = attrs.keys() & {"subject", "body"}
        if "template" in attrs and own:
            raise serializers.ValidationError({"template": _("Give a template, or subject and body.")})
        if len(own) == 1:
            missing = ({"subject", "body"} - own).pop()
            raise serializers.ValidationError({missing: _("Subject and body go together.")})
        return attrs


class CampaignMadeSerializer(Serializer):
    """The campaign that the call made."""

    id = serializers.UUIDField()
    status = serializers.ChoiceField(choices=CampaignStatus.choices)
    counts = DeliveryCountsSerializer()


class SendEmailAnswerSerializer(Serializer):
    """The campaign, and who is left out (the first 1,000; a large audience is looked through after the answer)."""

    campaign = CampaignMadeSerializer()
    excluded = ExcludedSerializer(many=True)


class SendEmailView(HouseRules):
    """Mail to people, each filled in for them."""

    permission = "mailing.add_campaign"
    throttle_scope = "mail"

    @extend_schema(request=SendEmailSerializer, responses={202: SendEmailAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Make a campaign of this mail. Up to 1,000 people are looked up before the answer, more by a worker."""
        serializer = SendEmailSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        body, sender = serializer.validated_data, _sender(request)
        campaign = create_campaign(
            content=_content(body),
            choice=_choice(body, sender),
            sender=sender,
            category=category_named(body["category"]) if "category" in body else None,
            event=_event(body, sender),
            scheduled_at=body.get("scheduled_at"),
        )
        made = {"id": campaign.pk, "status": campaign.status, "counts": counts_of([campaign.pk])[campaign.pk]}
        excluded = CampaignExclusion.objects.filter(campaign=campaign)[:EXCLUDED_SHOWN]
        rows = representation_of(ExcludedSerializer).rows(excluded)
        return Response({"campaign": made, "excluded": rows}, status.HTTP_202_ACCEPTED)


def _sender(request: Request) -> User:
    sender: Any = request.user
    return sender  # type: ignore[no-any-return]  # the permission lets nobody else in


def _content(body: dict[str, Any]) -> Content:
    if "subject" in body:
        return own_content(subject=body["subject"], body=body["body"])
    return content_of_template(body.get("template") or settings.DEFAULT_EMAIL_TEMPLATE)


def _event(body: dict[str, Any], sender: User) -> Event | None:
    """Return the event whose people the mail is for, which it is about: who wants no mail about it gets none."""
    return find(Event.objects.visible_to(sender), body["event"]) if "event" in body else None


def _choice(body: dict[str, Any], sender: User) -> Choice:
    """Return whom the body names. Raises ``InvalidInput`` with pointers into the body."""
    roles, statuses = body.get("roles", []), body.get("statuses", [])
    chosen: dict[str, Callable[[], Choice]] = {
        "user_ids": lambda: by_ids(body["user_ids"], sender=sender),
        "emails": lambda: by_emails(body["emails"], sender=sender),
        "filter": lambda: by_filter(body["filter"], sender=sender),
        "segment": lambda: by_segment(str(body["segment"]), sender=sender),
        "event": lambda: by_event(body["event"], roles=roles, statuses=statuses, sender=sender),
    }
    way = next(name for name in chosen if name in body)
    try:
        return chosen[way]()
    except InvalidInput as error:
        if way == "filter":
            raise error.under("filter") from None
        raise InvalidInput([replace(one, path=_in_body(one.path)) for one in error.faults]) from None


NAMES_IN_BODY = {"role": "roles", "relation_status": "statuses"}


def _in_body(path: Path) -> Path:
    """Return the place in the body of what stands at ``path`` in the filter that was made of it."""
    name, *rest = path
    return (NAMES_IN_BODY.get(str(name), name), *rest)
