"""Who may sign in through the API, and for how long."""

from typing import Any

from django.db import transaction
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.token_blacklist.models import OutstandingToken

from api.serializers import StrictFields
from users.models import User


def may_sign_in(user: User | None) -> bool:
    """Tell whether ``user`` gets tokens: whoever is active; what they may do is a matter of their roles."""
    return user is not None and user.is_active


class RefreshSerializer(StrictFields, TokenRefreshSerializer):
    """Refuses a refresh token as an access token would be: its person is gone, or has another password since.

    Locks the token's row before it is looked at: of many exchanges at once one succeeds.
    """

    @transaction.atomic
    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        given = self.token_class(attrs["refresh"])
        OutstandingToken.objects.select_for_update(of=("self",), no_key=True).filter(jti=given["jti"]).first()
        JWTAuthentication().get_user(given)
        return super().validate(attrs)
