"""Templates of mail over REST: written, tried out, and every version that there was."""

from typing import Any

from django.core.exceptions import ValidationError as ModelValidationError
from django.db.models import F, QuerySet
from django.http import Http404
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.fields import get_error_detail
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer

from api.identifiers import find
from api.serializers import ModelSerializer, Serializer
from api.views import ListViewSet, ModelViewSet
from mailing.content import content_of
from mailing.email_templates import create_template, delete_template, update_template
from mailing.filters import (
    template_filters,
    template_orderings,
    template_unfiltered,
    version_filters,
    version_orderings,
    version_unfiltered,
)
from mailing.models import EmailTemplate, EmailTemplateVersion, MailCategory
from mailing.models.templates import CONTENT
from mailing.preview import rendered_for
from mailing.rendering import ContentError
from users.models import User

EXAMPLE = {
    "id": "0190163d-8694-739b-aea5-966c26f8ad97",
    "name": "spring-invitation",
    "title": "Invitation to the spring meeting",
    "description": "To who came last year.",
    "category": "invitations",
    "archived": False,
    "subject": "{{ first_name | default('You') }}, see you in spring?",
    "html": "<h1>You are invited</h1><p>The spring meeting is on 16 April.</p>",
    "text": "",
    "current": 1,
    "created_at": "2026-03-01T18:30:00+00:00",
    "updated_at": "2026-03-01T18:30:00+00:00",
}


class EmailTemplateSerializer(ModelSerializer[EmailTemplate]):
    """A template as it reads now. Where ``text`` is empty the plain text is made from ``html``."""

    category = serializers.SlugRelatedField(
        slug_field="key",
        queryset=MailCategory.objects.all(),
        required=False,
        allow_null=True,
        help_text="The key of the sort of mail that it is.",
    )
    html = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)
    text = serializers.CharField(required=False, allow_blank=True, trim_whitespace=False)

    class Meta:
        model = EmailTemplate
        fields = (
            "id",
            "name",
            "title",
            "description",
            "category",
            "archived",
            *CONTENT,
            "current",
            "created_at",
            "updated_at",
        )
        read_only_fields = ("id", "current", "created_at", "updated_at")
        expressions = {"category": F("category__key")}
        example = EXAMPLE

    def validate(self, attrs: Any) -> Any:
        """Refuse what cannot be filled in, where it was written."""
        checked = super().validate(attrs)
        if not self.instance or checked.keys() & set(CONTENT):
            try:
                content_of(self.candidate(checked))
            except ModelValidationError as error:
                raise serializers.ValidationError(get_error_detail(error)) from error
        return checked


class VersionSerializer(ModelSerializer[EmailTemplateVersion]):
    """How a template read once, since when, and who wrote it so (null: it came with the product)."""

    author = serializers.UUIDField(source="author_id", read_only=True, allow_null=True)

    class Meta:
        model = EmailTemplateVersion
        fields = ("number", *CONTENT, "author", "created_at")
        read_only_fields = fields


class PreviewRequestSerializer(Serializer):
    """For whom, and what to try out instead of what is stored."""

    user_id = serializers.CharField(required=False, max_length=200, help_text="For this person; else for you.")
    subject = serializers.CharField(required=False, max_length=500)
    html = serializers.CharField(required=False, allow_blank=True, max_length=200_000, trim_whitespace=False)
    text = serializers.CharField(required=False, allow_blank=True, max_length=200_000, trim_whitespace=False)

    class Meta:
        example = {"user_id": "0190163d-8694-739b-aea5-966c26f8ad91", "subject": "Hello {{ first_name }}"}


class PreviewSerializer(Serializer):
    """The mail as the person would get it, but for the link to unsubscribe, which is theirs alone."""

    subject = serializers.CharField()
    text = serializers.CharField()
    html = serializers.CharField()


class EmailTemplateViewSet(ModelViewSet):
    """Mails that are written once and sent by their name."""

    model = EmailTemplate
    serializer_class = EmailTemplateSerializer
    filters = template_filters
    orderings = template_orderings
    default_ordering = "name"
    unfiltered = template_unfiltered
    permissions = {"preview": "view"}

    def perform_create(self, serializer: BaseSerializer[Any]) -> EmailTemplate:
        return create_template(template=EmailTemplate(**serializer.validated_data), actor=_caller(self.request))

    def perform_update(self, serializer: BaseSerializer[Any]) -> EmailTemplate:
        template: Any = serializer.instance
        return update_template(template=template, changes=serializer.validated_data, actor=_caller(self.request))

    def perform_destroy(self, instance: EmailTemplate) -> None:
        delete_template(template=instance)

    @extend_schema(request=PreviewRequestSerializer, responses=PreviewSerializer)
    @action(detail=True, methods=["post"])
    def preview(self, request: Request, **kwargs: str) -> Response:
        """Fill the template in for a person. Nothing is stored, and nothing sent."""
        template = self.get_object()
        serializer = PreviewRequestSerializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        person = _person(given.get("user_id"), _caller(request))
        for name in given.keys() & set(CONTENT):
            setattr(template, name, given[name])
        try:
            mail = rendered_for(content_of(template), person)
        except ModelValidationError as error:
            raise serializers.ValidationError(get_error_detail(error)) from error
        except ContentError as error:
            raise serializers.ValidationError({error.part: str(error)}) from error
        return Response({"subject": mail.subject, "text": mail.text, "html": mail.html})


class EmailTemplateVersionViewSet(ListViewSet):
    """Every version of a template, the present one first."""

    model = EmailTemplateVersion
    above = EmailTemplate
    serializer_class = VersionSerializer
    filters = version_filters
    orderings = version_orderings
    default_ordering = "-number"
    unfiltered = version_unfiltered

    def get_queryset(self) -> "QuerySet[Any]":
        template = find(EmailTemplate.objects.visible_to(self.request.user), self.kwargs["id"])
        if template is None:
            raise Http404
        return super().get_queryset().filter(template=template)


def _caller(request: Request) -> User:
    caller: Any = request.user
    return caller  # type: ignore[no-any-return]  # the permission lets nobody else in


def _person(given: str | None, caller: User) -> User:
    """Return whom to fill the mail in for. Raises ``ValidationError`` for whom the caller may not know of."""
    found: User | None = find(User.objects.visible_to(caller), given) if given else caller
    if found is None:
        raise serializers.ValidationError({"user_id": _("There is no such person.")})
    return found
