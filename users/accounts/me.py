"""The caller's own profile over REST."""

from typing import Any

from rest_framework.request import Request

from api.permissions import SIGNED_IN
from users.accounts.models import ApiToken
from users.api import PeopleViewSet


class MeViewSet(PeopleViewSet):
    """One's own profile: the same object as under ``/users/{id}/``."""

    def permission_required(self, request: Request) -> str | None:
        """Let in whoever is signed in, with a role or without; a token as far as its scopes extend to people."""
        return super().permission_required(request) if isinstance(request.auth, ApiToken) else SIGNED_IN

    def initial(self, request: Request, *args: Any, **kwargs: Any) -> None:
        """Name the caller as the object of the path."""
        super().initial(request, *args, **kwargs)
        self.kwargs["id"] = str(request.user.pk)
