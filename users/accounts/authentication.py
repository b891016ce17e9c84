"""The API's sign-in by a person's own token."""

from django.utils.translation import gettext as _
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from rest_framework.authentication import BaseAuthentication, get_authorization_header
from rest_framework.exceptions import AuthenticationFailed
from rest_framework.request import Request

from users.accounts.models import ApiToken
from users.accounts.tokens import MARK, find_token, note_use
from users.models import User

SENT_AS = f"Bearer {MARK}".encode()


class ApiTokenAuthentication(BaseAuthentication):
    """``Authorization: Bearer ecrm_…``, told from a JWT by its beginning; costs one query. Stands before JWT's."""

    www_authenticate_realm = "api"

    def authenticate(self, request: Request) -> tuple[User, ApiToken] | None:
        """Return the owner and the token; ``request.auth.allows(permission)`` is what it may do of theirs."""
        header = get_authorization_header(request)
        if not header.startswith(SENT_AS):
            return None
        token = find_token(header[len("Bearer ") :].decode("latin-1"))
        if token is None or not token.user.is_active:
            raise AuthenticationFailed(_("This token is unknown, revoked, or past its time."), "token_not_valid")
        note_use(token)
        return token.user, token

    def authenticate_header(self, request: Request) -> str:
        return f'Bearer realm="{self.www_authenticate_realm}"'


class ApiTokenScheme(OpenApiAuthenticationExtension):  # type: ignore[no-untyped-call]  # registers itself, untyped
    """How the API's documentation describes it."""

    target_class = ApiTokenAuthentication
    name = "apiToken"

    def get_security_definition(self, auto_schema: object) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "ecrm_…"}
