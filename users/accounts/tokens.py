"""People's own tokens for programs: made, found again by what a caller sends, revoked."""

import hashlib
import secrets
from collections.abc import Sequence
from datetime import datetime, timedelta

from django.core.exceptions import ValidationError
from django.db import transaction
from django.utils import timezone as clock
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from users.accounts.models import ApiToken, SecurityEventKind
from users.accounts.security_log import record
from users.models import User

MARK = "ecrm_"
PREFIX_LENGTH = len(MARK) + 8
SECRET_BYTES = 32
MOST = 100
MINUTE = timedelta(minutes=1)
KEPT = timedelta(days=180)


@transaction.atomic
def create_token(
    *, user: User, name: str, scopes: Sequence[str], expires_at: datetime | None = None
) -> tuple[ApiToken, str]:
    """Make a token for ``user`` and return it with its secret, which nobody can read again. Locks the person.

    Raises ``Conflict`` for who has 100 of them, and ``ValidationError`` under ``expires_at``.
    """
    if expires_at is not None and expires_at <= clock.now():
        raise ValidationError({"expires_at": ValidationError(_("This is over already."), "past")})
    User.objects.select_for_update(no_key=True).get(pk=user.pk)  # of two at once each counts what the other made
    if ApiToken.objects.standing().filter(user=user).count() >= MOST:
        raise Conflict(_("You have %(most)s tokens. Revoke one that is not in use first.") % {"most": MOST}, "too_many")
    secret = MARK + secrets.token_hex(4) + secrets.token_urlsafe(SECRET_BYTES)
    token = ApiToken(
        user=user,
        name=name,
        prefix=secret[:PREFIX_LENGTH],
        digest=digest_of(secret),
        scopes=sorted(set(scopes)),
        expires_at=expires_at,
    )
    token.full_clean()
    token.save(force_insert=True)
    record(SecurityEventKind.TOKEN_CREATED, subject=user, token=token.prefix, scopes=token.scopes)
    return token, secret


@transaction.atomic
def revoke_token(*, token: ApiToken, actor: User | None) -> None:
    """End a token at once and for good."""
    if ApiToken.objects.standing().filter(pk=token.pk).update(revoked_at=clock.now()):
        record(SecurityEventKind.TOKEN_REVOKED, subject=token.user, actor=actor, token=token.prefix)


def find_token(secret: str) -> ApiToken | None:
    """Return the token that ``secret`` is, with its owner (one query), or None: unknown, revoked, or past its time."""
    found = ApiToken.objects.standing().select_related("user").filter(prefix=secret[:PREFIX_LENGTH]).first()
    known = found.digest if found else ""
    if not secrets.compare_digest(known, digest_of(secret)) or found is None:
        return None
    return found if found.expires_at is None or found.expires_at > clock.now() else None


def note_use(token: ApiToken) -> None:
    """Remember that ``token`` is in use, by at most one write a minute."""
    now = clock.now()
    if token.last_used_at is None or token.last_used_at < now - MINUTE:
        ApiToken.objects.filter(pk=token.pk).update(last_used_at=now)


def digest_of(secret: str) -> str:
    """Return what is stored of a secret; it has 256 random bits, so that a plain hash is enough."""
    return hashlib.sha256(secret.encode()).hexdigest()


def purge() -> int:
    """Delete tokens that ended 180 days ago, and return how many that were."""
    over = clock.now() - KEPT
    ended = ApiToken.objects.filter(revoked_at__lt=over) | ApiToken.objects.filter(expires_at__lt=over)
    return ended.delete()[0]
