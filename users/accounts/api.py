"""Signing up and in, passwords and tokens over REST. None of these answers is kept for a repeated call."""

from typing import Any

from django.contrib.auth import update_session_auth_hash
from django.contrib.auth.models import AnonymousUser
from django.utils.translation import gettext as _
from drf_spectacular.utils import extend_schema, extend_schema_view
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.serializers import BaseSerializer
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer, TokenRefreshSerializer
from rest_framework_simplejwt.views import TokenBlacklistView, TokenObtainPairView, TokenRefreshView

from api.permissions import PUBLIC, SIGNED_IN
from api.rules import HouseRules
from api.views import CreateMixin, DestroyMixin, ListMixin, RetrieveMixin
from users.accounts import emails, passwords, signup, tokens
from users.accounts.filters import token_filters, token_orderings, token_unfiltered
from users.accounts.models import ApiToken
from users.accounts.serializers import (
    ConfirmedSerializer,
    ConfirmEmailSerializer,
    ConfirmSignupSerializer,
    DetailSerializer,
    LoginSerializer,
    LogoutSerializer,
    NewTokenSerializer,
    PasswordChangeSerializer,
    PasswordResetConfirmSerializer,
    PasswordResetSerializer,
    SignupAnswerSerializer,
    SignupSerializer,
    TokenSerializer,
)
from users.models import User
from users.sign_in import RefreshSerializer


class OpenView(HouseRules):
    """For whoever cannot sign in yet; answers may hold tokens, which are never stored."""

    permission = PUBLIC
    permission_classes: Any = HouseRules.permission_classes  # the package's views have the empty tuple
    authentication_classes = ()
    idempotent = False

    def read(self, serializer_class: type[BaseSerializer[Any]], request: Request) -> dict[str, Any]:
        """Return what the body says. Raises ``ValidationError``."""
        serializer = serializer_class(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        return dict(serializer.validated_data)


class LoginView(OpenView, TokenObtainPairView):
    """Exchange e-mail and password for an access and a refresh token."""

    serializer_class = LoginSerializer
    throttle_scope = "sign_in"


# As the library documents its own serializer.
@extend_schema_view(post=extend_schema(request=TokenRefreshSerializer, responses=TokenRefreshSerializer))
class RefreshView(OpenView, TokenRefreshView):
    """Exchange a refresh token for new tokens; the old one ends."""

    serializer_class = RefreshSerializer


class LogoutView(OpenView, TokenBlacklistView):
    """End a refresh token."""

    serializer_class = LogoutSerializer

    @extend_schema(request=TokenBlacklistSerializer, responses={204: None})
    def post(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Refuse the refresh token from now on; the access token ends by itself within minutes."""
        super().post(request, *args, **kwargs)
        return Response(status=status.HTTP_204_NO_CONTENT)


class SignupView(OpenView):
    """Ask for a customer's account."""

    throttle_scope = "signup"

    @extend_schema(request=SignupSerializer, responses={201: SignupAnswerSerializer})
    def post(self, request: Request) -> Response:
        """Send a mail by which the address is confirmed. The answer is the same whoever has the address already."""
        given = self.read(SignupSerializer, request)
        email, password = given.pop("email"), given.pop("password")
        signup.request_signup(email=email, password=password, profile=given)
        said = _("We have sent you a mail: follow its link to confirm that the address is yours.")
        return Response({"email": email.lower(), "detail": said}, status.HTTP_201_CREATED)


class ConfirmSignupView(OpenView):
    """Confirm a sign-up."""

    throttle_scope = "signup_confirm"

    @extend_schema(request=ConfirmSignupSerializer, responses=ConfirmedSerializer)
    def post(self, request: Request) -> Response:
        """Make the account, with the token from the link that was mailed and the password of the sign-up or another."""
        person = signup.confirm_signup(**self.read(ConfirmSignupSerializer, request))
        return Response({"id": person.pk, "email": person.email})


class ConfirmEmailView(OpenView):
    """Confirm another e-mail of one's own."""

    throttle_scope = "sign_in"

    @extend_schema(request=ConfirmEmailSerializer, responses=ConfirmedSerializer)
    def post(self, request: Request) -> Response:
        """Change the e-mail, with the token from the link mailed to the new one. All sessions and tokens end."""
        given = self.read(ConfirmEmailSerializer, request)
        person = emails.confirm_email(token=given["token"], password=given["current_password"], request=request)
        return Response({"id": person.pk, "email": person.email})


class PasswordResetView(OpenView):
    """Ask for a new password."""

    throttle_scope = "mail"

    @extend_schema(request=PasswordResetSerializer, responses={202: DetailSerializer})
    def post(self, request: Request) -> Response:
        """Send a mail by which a new password is set. The answer is the same whoever has the address."""
        passwords.request_reset(email=self.read(PasswordResetSerializer, request)["email"])
        said = _("If this address has an account, we have sent it a mail with a link.")
        return Response({"detail": said}, status.HTTP_202_ACCEPTED)


class PasswordResetConfirmView(OpenView):
    """Set a new password."""

    throttle_scope = "sign_in"

    @extend_schema(request=PasswordResetConfirmSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Set a new password, with the token from the link that was mailed. All sessions and tokens end."""
        given = self.read(PasswordResetConfirmSerializer, request)
        passwords.reset_password(token=given["token"], password=given["new_password"])
        return Response(status=status.HTTP_204_NO_CONTENT)


class PasswordChangeView(HouseRules):
    """Change one's own password."""

    permission = SIGNED_IN
    throttle_scope = "sign_in"
    idempotent = False

    @extend_schema(request=PasswordChangeSerializer, responses={204: None})
    def post(self, request: Request) -> Response:
        """Change the caller's password. All other sessions, and all tokens of every sort, end: sign in again."""
        serializer = PasswordChangeSerializer(data=request.data, context={"request": request})
        serializer.is_valid(raise_exception=True)
        given = serializer.validated_data
        user = _signed_in(request)
        passwords.check_current_password(user=user, password=given["current_password"], request=request)
        passwords.set_password(user=user, password=given["new_password"], actor=user, is_proved=True)
        if request.auth is None:  # a session: this one goes on
            update_session_auth_hash(request._request, user)
        return Response(status=status.HTTP_204_NO_CONTENT)


class TokenViewSet(ListMixin, RetrieveMixin, CreateMixin, DestroyMixin):
    """One's own tokens for programs; administrators see everybody's, and can revoke them."""

    model = ApiToken
    serializer_class = TokenSerializer
    filters = token_filters
    orderings = token_orderings
    default_ordering = "-created_at"
    # Whoever signs in themselves: a token extends to none of this.
    unfiltered = token_unfiltered
    permissions = dict.fromkeys(("list", "retrieve", "create", "destroy"), SIGNED_IN)
    idempotent = False

    @extend_schema(request=TokenSerializer, responses={201: NewTokenSerializer})
    def create(self, request: Request, *args: Any, **kwargs: Any) -> Response:
        """Make a token. The answer alone shows it: keep it like a password."""
        serializer = self.get_serializer(data=request.data)
        serializer.is_valid(raise_exception=True)
        made, secret = tokens.create_token(user=_signed_in(request), **serializer.validated_data)
        answer = self.answer_saved(made, status.HTTP_201_CREATED)
        answer.data["token"] = secret
        answer["Cache-Control"] = "no-store"
        return answer

    def perform_destroy(self, instance: ApiToken) -> None:
        tokens.revoke_token(token=instance, actor=_signed_in(self.request))


def _signed_in(request: Request) -> User:
    """Return the caller, of whom the permissions have made sure."""
    user = request.user
    assert not isinstance(user, AnonymousUser)  # noqa: S101  # for the type checker
    return user
