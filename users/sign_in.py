"""Who may sign in through the API, and for how long."""

from typing import Any

from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.serializers import TokenRefreshSerializer

from users.models import User


def may_sign_in(user: User | None) -> bool:
    """Tell whether ``user`` gets tokens: whoever is active; what they may do is a matter of their roles."""
    return user is not None and user.is_active


class RefreshSerializer(TokenRefreshSerializer):
    """Refuses a refresh token as an access token would be: its person is gone, or has another password since."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        JWTAuthentication().get_user(self.token_class(attrs["refresh"]))
        return super().validate(attrs)
