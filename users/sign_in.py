"""Who may sign in through the API, and for how long."""

from datetime import timedelta
from typing import Any

from django.db import transaction
from django.utils import timezone as clock
from rest_framework_simplejwt.authentication import JWTAuthentication
from rest_framework_simplejwt.exceptions import TokenBackendError, TokenError
from rest_framework_simplejwt.serializers import TokenRefreshSerializer
from rest_framework_simplejwt.state import token_backend
from rest_framework_simplejwt.token_blacklist.models import BlacklistedToken, OutstandingToken
from rest_framework_simplejwt.tokens import RefreshToken

from api.serializers import StrictFields
from users.models import User

# Every refresh token says of which sign-in it comes: by the jti of that one's first.
FAMILY = "family"
# For so long a used token ends nothing when it is exchanged again: two tabs of one browser may both try.
GRACE = timedelta(seconds=10)


def may_sign_in(user: User | None) -> bool:
    """Tell whether ``user`` gets tokens: whoever is active; what they may do is a matter of their roles."""
    return user is not None and user.is_active


class RefreshSerializer(StrictFields, TokenRefreshSerializer):
    """Refuses a refresh token as an access token would be: its person is gone, or has another password since.

    Locks the person before it is looked at: of many exchanges at once one succeeds. Of a token that was used before
    somebody has a copy, and nobody can tell who: all that was made of it ends.
    """

    def validate(self, attrs: dict[str, Any]) -> dict[str, str]:
        try:
            return self._exchanged(attrs)
        except TokenError:
            end_family(attrs["refresh"], grace=GRACE)
            raise

    @transaction.atomic
    def _exchanged(self, attrs: dict[str, Any]) -> dict[str, str]:
        given = self.token_class(attrs["refresh"])
        _lock(given.payload)
        JWTAuthentication().get_user(given)
        return super().validate(attrs)


def end_token(raw: Any) -> User | None:
    """End a refresh token and return whose it was.

    Raises ``TokenError`` where it is none or has ended; what was made of one that was used before ends with it.
    """
    try:
        return _ended(raw)
    except TokenError:
        end_family(raw)
        raise


@transaction.atomic
def end_family(raw: Any, *, grace: timedelta = timedelta()) -> None:
    """End all that was made of ``raw``, where that is a refresh token of ours which ended more than ``grace`` ago.

    One from the time before tokens named their family may be the origin of any: all of the person's end.
    """
    try:
        used = token_backend.decode(raw, verify=True)  # RefreshToken would refuse it for having ended
    except TokenBackendError:
        return
    ended = BlacklistedToken.objects.filter(token__jti=used.get("jti"), blacklisted_at__lte=clock.now() - grace)
    if not ended.exists() or (person := _lock(used)) is None:
        return
    live = OutstandingToken.objects.filter(user=person, blacklistedtoken=None, expires_at__gt=clock.now())
    BlacklistedToken.objects.bulk_create(
        BlacklistedToken(token=one) for one in live if FAMILY not in used or _family_of(one) == used[FAMILY]
    )


@transaction.atomic
def _ended(raw: Any) -> User | None:
    person = _lock(RefreshToken(raw).payload)
    RefreshToken(raw).blacklist()  # looked at once more, since another call may have held the lock
    return person


def _lock(payload: dict[str, Any]) -> User | None:
    whose: Any = payload.get("user_id")
    return User.objects.select_for_update(no_key=True).filter(pk=whose).first()


def _family_of(token: OutstandingToken) -> str:
    """Return the family of a token as it was stored: the first of one, before it was named."""
    stored: Any = token.token
    family: str = token_backend.decode(stored, verify=False).get(FAMILY, token.jti)
    return family
