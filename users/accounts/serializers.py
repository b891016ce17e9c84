"""The bodies of signing up and in, of passwords and of tokens."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.core.validators import validate_email
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, Throttled
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer, TokenObtainPairSerializer

from api.serializers import ModelSerializer, Serializer, ShortListField, StrictFields
from users.accounts.models import ApiToken
from users.accounts.passwords import validate_new
from users.accounts.scopes import SCOPES
from users.models import User
from users.names import NameField, split_name

LONGEST_PASSWORD = 1_000


class PasswordField(serializers.CharField):
    """A password: taken as it is, never shown."""

    def __init__(self, **options: Any) -> None:
        super().__init__(
            **{"write_only": True, "trim_whitespace": False, "max_length": LONGEST_PASSWORD, **options},
            style={"input_type": "password"},
        )


class LoginSerializer(StrictFields, TokenObtainPairSerializer):
    """E-mail and password in, tokens out."""

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        """Sign in. Raises ``Throttled`` while this address is locked out of this e-mail."""
        request = self.context["request"]
        try:
            tokens = super().validate(attrs)
        except AuthenticationFailed:
            if seconds := getattr(request, "locked_for", None):
                raise Throttled(seconds, _("Too many wrong passwords for this e-mail from your address.")) from None
            raise
        user_logged_in.send(User, request=request, user=self.user)
        return tokens


class LogoutSerializer(StrictFields, TokenBlacklistSerializer):
    """The refresh token that ends."""


class SignupSerializer(Serializer):
    """What a new customer gives. Roles are not theirs to choose: ``role`` is ignored."""

    email = serializers.EmailField(max_length=254)
    password = PasswordField()
    name = NameField(help_text="Instead of first and last name.")
    first_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    phone_number = serializers.CharField(required=False, allow_blank=True, max_length=50)
    company = serializers.CharField(required=False, allow_blank=True, max_length=200)

    class Meta:
        ignored_fields = ("role",)

    def validate_email(self, email: str) -> str:
        """Take the address as it is stored. What small letters make of it has to be one, too."""
        validate_email(email.lower())
        return email

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Split the name, and refuse a password that is easy to guess. Whose the address is plays no part."""
        attrs = split_name(attrs)
        profile = {name: value for name, value in attrs.items() if name != "password"}
        validate_new(attrs["password"], user=User(**profile), field="password")
        return attrs


class SignupAnswerSerializer(Serializer):
    """The answer to a sign-up, whoever has the address."""

    email = serializers.EmailField()
    detail = serializers.CharField()


class ConfirmSignupSerializer(Serializer):
    """The token of the link that was mailed, and the password of the sign-up."""

    token = serializers.CharField(max_length=200)
    password = PasswordField()


class ConfirmEmailSerializer(Serializer):
    """The token of the link that was mailed to the new address, and the present password."""

    token = serializers.CharField(max_length=200)
    current_password = PasswordField()


class ConfirmedSerializer(Serializer):
    """Whose account was made, or whose e-mail is another one now."""

    id = serializers.UUIDField()
    email = serializers.EmailField()


class PasswordChangeSerializer(Serializer):
    """The present password, and the new one."""

    current_password = PasswordField()
    new_password = PasswordField()

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        validate_new(attrs["new_password"], user=self.context["request"].user)
        return attrs


class PasswordResetSerializer(Serializer):
    """Whose password is forgotten."""

    email = serializers.EmailField(max_length=254)


class DetailSerializer(Serializer):
    """What happens next."""

    detail = serializers.CharField()


class PasswordResetConfirmSerializer(Serializer):
    """The token of the link that was mailed, and a new password."""

    token = serializers.CharField(max_length=200)
    new_password = PasswordField()


class TokenSerializer(ModelSerializer[ApiToken]):
    """A token as it is listed: its secret was shown when it was made."""

    user_id = serializers.UUIDField(read_only=True)
    scopes = ShortListField(child=serializers.ChoiceField(choices=SCOPES), allow_empty=False, max_length=len(SCOPES))

    class Meta:
        model = ApiToken
        fields: Any = ("id", "user_id", "name", "prefix", "scopes", "expires_at", "last_used_at", "created_at")
        read_only_fields = ("prefix", "last_used_at", "created_at")


class NewTokenSerializer(TokenSerializer):
    """A token as it is answered once, with its secret."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields: Any = (*TokenSerializer.Meta.fields, "token")
