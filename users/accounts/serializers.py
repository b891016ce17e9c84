"""The bodies of signing up and in, of passwords and of tokens."""

from typing import Any

from django.contrib.auth.signals import user_logged_in
from django.utils.translation import gettext as _
from rest_framework import serializers
from rest_framework.exceptions import AuthenticationFailed, ErrorDetail, Throttled, ValidationError
from rest_framework_simplejwt.serializers import TokenBlacklistSerializer, TokenObtainPairSerializer

from api.serializers import ChoiceField, ModelSerializer, Serializer, ShortListField, StrictFields
from users.accounts.models import ApiToken, SecurityEventKind
from users.accounts.passwords import validate_new
from users.accounts.scopes import SCOPES
from users.accounts.security_log import record
from users.email_addresses import AddressField
from users.models import User
from users.names import NameField, split_name
from users.sign_in import FAMILY, end_token

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

    @classmethod
    def get_token(cls, user: Any) -> Any:
        """Return the first refresh token of a sign-in, which names the family of all that follow."""
        token = super().get_token(user)
        token[FAMILY] = token["jti"]
        return token

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

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """End it, and note who signed out."""
        person = end_token(attrs["refresh"])
        record(SecurityEventKind.SIGNED_OUT, subject=person, actor=person)
        return {}


class SignupSerializer(Serializer):
    """What a new customer gives. Roles are not theirs to choose: ``role`` is ignored."""

    email = AddressField()
    password = PasswordField()
    name = NameField(help_text="Instead of first and last name.")
    first_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    last_name = serializers.CharField(required=False, allow_blank=True, max_length=150)
    phone_number = serializers.CharField(required=False, allow_blank=True, max_length=50)
    company = serializers.CharField(required=False, allow_blank=True, max_length=200)

    class Meta:
        ignored_fields = ("role",)

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
    """The token of the link that was mailed, and the password of the sign-up, or another that takes its place."""

    token = serializers.CharField(max_length=200)
    password = PasswordField(required=False)
    new_password = PasswordField(required=False, help_text="Instead of the password of the sign-up.")

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        """Ask for one of the two. What a new one must be is for the address to say, which the token stands for."""
        if "new_password" not in attrs and "password" not in attrs:
            raise ValidationError({"password": ErrorDetail(_("This field is required."), "required")})
        if "new_password" in attrs and "password" in attrs:
            raise ValidationError({"new_password": _("Give either the password of the sign-up, or another.")})
        return attrs


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

    email = AddressField()


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
    scopes = ShortListField(child=ChoiceField(choices=SCOPES), allow_empty=False, max_length=len(SCOPES))

    class Meta:
        model = ApiToken
        fields: Any = ("id", "user_id", "name", "prefix", "scopes", "expires_at", "last_used_at", "created_at")
        read_only_fields = ("prefix", "last_used_at", "created_at")


class NewTokenSerializer(TokenSerializer):
    """A token as it is answered once, with its secret."""

    token = serializers.CharField(read_only=True)

    class Meta(TokenSerializer.Meta):
        fields: Any = (*TokenSerializer.Meta.fields, "token")
