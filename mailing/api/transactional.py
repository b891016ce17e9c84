"""One mail to one person, with files."""

import binascii
import mimetypes
import re
from base64 import b64decode
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from drf_spectacular.utils import extend_schema
from rest_framework import serializers, status
from rest_framework.request import Request
from rest_framework.response import Response

from api.identifiers import IdentifierField
from api.representation import representation_of
from api.rules import HouseRules
from api.serializers import Serializer, ShortListField
from mailing.api.deliveries import DeliverySerializer
from mailing.content import Content, content_of_template, own_content
from mailing.models import Delivery
from mailing.rendering import File
from mailing.transactional import send_to_one
from users.models import User

MOST_FILES = 10
LONGEST_NAME = 150
UNKNOWN_TYPE = "application/octet-stream"
# type/subtype (RFC 6838, 4.2): parts of a message and whole messages are not files, and would be read as mail.
TYPE = re.compile(r"(?!(?:multipart|message)/)[a-z0-9][a-z0-9!#$&^_.+-]*/[a-z0-9][a-z0-9!#$&^_.+-]*", re.ASCII)
# Of paths, of headers, and what turns the direction of reading round: "gpj.exe" must not pass for "exe.jpg".
NO_NAME = re.compile(r"[/\\\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069]")

_LEADS_NOWHERE = gettext_lazy("Mail that somebody waits for has no unsubscribe_url: nobody can unsubscribe from it.")


class Base64Field(serializers.CharField):
    """Bytes in Base64 (RFC 4648, section 4). Only written: nothing reads a file back."""

    default_error_messages = {
        "encoding": gettext_lazy("Give the file's bytes in Base64."),
        "empty": gettext_lazy("The file is empty."),
    }

    def to_internal_value(self, data: Any) -> Any:
        try:
            content = b64decode(super().to_internal_value(data), validate=True)
        except (binascii.Error, ValueError):
            self.fail("encoding")
        return content or self.fail("empty")


class AttachmentSerializer(Serializer):
    """A file; what it is follows from its name where it is not said."""

    name = serializers.CharField(max_length=LONGEST_NAME, help_text="As the recipient sees it, programme.pdf.")
    content_type = serializers.CharField(
        required=False, max_length=100, help_text="Such as application/pdf. Left out: by the ending of the name."
    )
    content = Base64Field(help_text="Its bytes, in Base64.")

    def validate_name(self, value: str) -> str:
        if NO_NAME.search(value):
            raise serializers.ValidationError(_("Give a name without a path and without control characters."))
        return value

    def validate_content_type(self, value: str) -> str:
        if not TYPE.fullmatch(value.lower()):
            raise serializers.ValidationError(_("Give a type such as application/pdf, without parameters."))
        return value.lower()


class AttachmentListField(ShortListField):
    """Files, refused at once where there are too many."""

    child = AttachmentSerializer()
    default_error_messages = {"max_length": gettext_lazy("Attach at most {max_length} files.")}


class TransactionalSerializer(Serializer):
    """One person, and either a template or a subject and a body."""

    user_id = IdentifierField(User, required=False, help_text="To whom, or:")
    email = serializers.CharField(required=False, max_length=254, help_text="The address of a person.")
    template = serializers.CharField(required=False, max_length=100, help_text="What: the template of this name, or:")
    subject = serializers.CharField(required=False, max_length=500, help_text="A subject, with placeholders.")
    body = serializers.CharField(required=False, max_length=200_000, help_text="The text, with placeholders.")
    attachments = AttachmentListField(
        required=False, max_length=MOST_FILES, help_text="Files; with all else they fit into one request."
    )

    class Meta:
        example = {
            "email": "ada@example.com",
            "template": "welcome",
            "attachments": [{"name": "programme.txt", "content": "MTAuMDAgRG9vcnMgb3Blbgo="}],
        }

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if ("user_id" in attrs) == ("email" in attrs):
            raise serializers.ValidationError(_("Say to whom by either user_id or email."))
        if "email" in attrs:
            attrs["user_id"] = self._person(attrs["email"])
        own = attrs.keys() & {"subject", "body"}
        if len(own) == 1:
            missing = ({"subject", "body"} - own).pop()
            raise serializers.ValidationError({missing: _("Subject and body go together.")})
        if faults := {name: _LEADS_NOWHERE for name in own if "unsubscribe_url" in attrs[name]}:
            raise serializers.ValidationError(faults)
        if ("template" in attrs) == bool(own):
            raise serializers.ValidationError(_("Give either a template, or subject and body."))
        return attrs

    def _person(self, email: str) -> User:
        """Return whose address it is, among those whom the caller may know of."""
        caller = self.context["request"].user
        found = User.objects.visible_to(caller).filter(email=email.strip().lower()).first()
        if found is None:
            raise serializers.ValidationError({"email": _("Nobody has this address.")})
        return found


class TransactionalView(HouseRules):
    """A mail to one person, which somebody waits for."""

    permission = "mailing.add_campaign"
    throttle_scope = "transactional"

    @extend_schema(request=TransactionalSerializer, responses={202: DeliverySerializer})
    def post(self, request: Request) -> Response:
        """Send one mail to one person, ahead of all mail to many, also to who has unsubscribed from that.

        Follow it at `/deliveries/{id}/`. With an `Idempotency-Key` it is sent once, however often it is asked for.
        Who has no address, is not active, or whose address is suppressed, is a 409, and nothing is stored.
        """
        serializer = TransactionalSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        sender: Any = request.user
        delivery = send_to_one(
            user=given["user_id"],
            content=_content(given),
            files=[_file(one) for one in given.get("attachments", ())],
            sender=sender,
        )
        (row,) = representation_of(DeliverySerializer).rows(Delivery.objects.filter(pk=delivery.pk))
        return Response(row, status.HTTP_202_ACCEPTED)


def _content(given: dict[str, Any]) -> Content:
    if "template" in given:
        return content_of_template(given["template"])
    return own_content(subject=given["subject"], body=given["body"])


def _file(given: dict[str, Any]) -> File:
    guessed = mimetypes.guess_type(given["name"])[0] or UNKNOWN_TYPE
    return File(given["name"], given.get("content_type", guessed), given["content"])
