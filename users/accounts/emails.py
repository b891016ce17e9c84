"""Another e-mail for oneself: asked for with the password, and one's own once the mail to it is answered."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import IntegrityError
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.translation import gettext as _
from rest_framework.exceptions import Throttled
from rest_framework.request import Request

from api.exceptions import Conflict
from api.transactions import locking
from users.accounts.mail import AccountMailKind, email_key, send
from users.accounts.models import PendingEmail
from users.accounts.passwords import check_current_password, end_sign_ins
from users.accounts.querysets import EMAIL_LIFETIME
from users.email_addresses import stored_form
from users.models import User
from users.services import update_user

HOUR = timedelta(hours=1)


@locking
def update_profile(*, user: User, changes: Mapping[str, object], actor: User | None) -> User:
    """Change ``user`` as ``update_user`` does; another e-mail of ``actor``'s own waits until it is confirmed.

    The caller has checked their password. Raises what ``update_user`` and ``request_email`` do.
    """
    wanted = changes.get("email")
    if user != actor or not wanted:
        return update_user(user=user, changes=changes, actor=actor)
    others = {name: value for name, value in changes.items() if name != "email"}
    stored = update_user(user=user, changes=others, actor=actor)
    if wanted != stored.email:
        request_email(user=stored, email=str(wanted))
    return stored


@locking
def request_email(*, user: User, email: str) -> None:
    """Keep the e-mail that ``user`` wants until the mail to it is answered; a newer one replaces it.

    The present address is told. Does the same work whoever has the new one. Raises ``Throttled``, and changes nothing,
    after too many such mails to either address.
    """
    pending = PendingEmail(user=user, email=stored_form(email))
    both: Any = {"user": None, "language": user.language, "asker": user}
    sent = send(AccountMailKind.EMAIL_ASKED, email=str(user.email), **both) and send(
        AccountMailKind.CONFIRM_EMAIL, email=pending.email, key=pending.key, **both
    )
    if not sent:
        raise Throttled(HOUR.total_seconds(), _("Another e-mail was asked for too often. Try again later."))
    PendingEmail.objects.bulk_create(
        [pending], update_conflicts=True, unique_fields=["user"], update_fields=["email", "key", "created_at"]
    )


def confirm_email(*, token: str, password: str, request: HttpRequest | Request) -> User:
    """Give whoever asked for it the e-mail that ``token`` was mailed to; all their sessions and tokens end.

    It takes their present password: somebody else may read the mail to an address that was mistyped. Raises
    ``ValidationError`` under ``token`` or ``current_password``, ``Throttled``, and ``Conflict`` where somebody has
    the address. Locks the person.
    """
    check_current_password(user=_standing(token).user, password=password, request=request)
    return _confirm(token, password)


def pending_of(token: str) -> PendingEmail | None:
    """Return the e-mail that can be confirmed with ``token``, with whose it is to be, or None."""
    key = email_key(token)
    standing = PendingEmail.objects.standing().filter(user__is_active=True).select_related("user")
    return standing.filter(key=key).first() if key else None


def purge() -> int:
    """Forget e-mails that nobody confirmed in time, and return how many there were."""
    return PendingEmail.objects.filter(created_at__lt=clock.now() - EMAIL_LIFETIME).delete()[0]


@locking
def _confirm(token: str, password: str) -> User:
    User.objects.select_for_update(no_key=True).filter(pk=_standing(token).user_id).first()
    pending = _standing(token)  # once more: of two confirmations at once the first has used it up
    person = pending.user
    try:
        changed = update_user(user=person, changes={"email": pending.email}, actor=person)
    except (ValidationError, IntegrityError) as error:  # the latter where somebody was quicker by a moment
        if User.objects.filter(email=pending.email).exclude(pk=person.pk).exists():
            said = _("Somebody has this address already. Yours stays as it is; choose another one.")
            raise Conflict(said, "taken") from error
        raise
    end_sign_ins(user=changed, password=password)
    return changed


def _standing(token: str) -> PendingEmail:
    pending = pending_of(token)
    if pending is None:
        said = _("This link has been used, is too old, or a newer one took its place. Change your e-mail again.")
        raise ValidationError({"token": ValidationError(said, "invalid")})
    return pending
