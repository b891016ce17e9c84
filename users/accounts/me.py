"""The caller's own profile over REST."""

from typing import Any

from django.db.models import OuterRef, Subquery
from django.utils.translation import gettext_lazy as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import serializers
from rest_framework.request import Request

from api.permissions import SIGNED_IN
from users.accounts.models import ApiToken, PendingEmail
from users.api import PeopleViewSet, UserSerializer


class MeSerializer(UserSerializer):
    """One's own profile; another ``email`` becomes one's own once the link that is mailed to it is followed."""

    email_pending = serializers.EmailField(
        read_only=True, allow_null=True, help_text="The e-mail that waits to be confirmed, for 24 hours."
    )

    class Meta(UserSerializer.Meta):
        fields: Any = (*UserSerializer.Meta.fields, "email_pending")
        example: Any = {**UserSerializer.Meta.example, "email_pending": None}
        expressions: Any = {
            **UserSerializer.Meta.expressions,
            "email_pending": Subquery(PendingEmail.objects.standing().filter(user=OuterRef("pk")).values("email")),
        }


CHANGE = extend_schema(summary=_("Change one's own profile"))


@extend_schema_view(retrieve=extend_schema(summary=_("Show one's own profile")), update=CHANGE, partial_update=CHANGE)
class MeViewSet(PeopleViewSet):
    """One's own profile: the same object as under ``/users/{id}/``, and which e-mail waits to be confirmed."""

    serializer_class = MeSerializer

    def permission_required(self, request: Request) -> str | None:
        """Let in whoever is signed in, with a role or without; a token as far as its scopes extend to people."""
        return super().permission_required(request) if isinstance(request.auth, ApiToken) else SIGNED_IN

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Name the caller as the object of the path."""
        super().initial(request, *args, **kwargs)
        self.kwargs["id"] = str(request.user.pk)
