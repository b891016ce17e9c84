"""The mails about somebody's account: when they are due, and what is put into them at the moment of sending.

Mail is the business of an app above, which answers ``users.signals.account_mail``. What it stores is who, which kind
and the key of what waits to be confirmed: none of that lets anybody in. The link is made by ``values`` when it is sent.
"""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.auth.tokens import default_token_generator
from django.core.signing import BadSignature, Signer
from django.db import models
from django.urls import reverse
from django.utils import timezone as clock
from django.utils.crypto import salted_hmac
from django.utils.encoding import force_bytes
from django.utils.http import urlsafe_base64_decode, urlsafe_base64_encode
from django.utils.translation import gettext_lazy as _

from api.addresses import client_address
from api.identifiers import as_uuid
from api.throttles import network_of
from users.accounts.models import PendingEmail, PendingSignup
from users.accounts.querysets import EMAIL_LIFETIME
from users.accounts.requests import current_request
from users.models import User
from users.signals import account_mail

HOUR = 3600
_signups = Signer(salt="users.accounts.signup", sep=".")
_emails = Signer(salt="users.accounts.emails", sep=".")


class AccountMailKind(models.TextChoices):
    """Which mail; also the name of its templates."""

    CONFIRM_SIGNUP = "confirm_signup", _("confirm your address")
    SIGNUP_KNOWN = "signup_known", _("there is an account already")
    PASSWORD_RESET = "password_reset", _("reset your password")
    INVITATION = "invitation", _("you have an account")
    PASSWORD_CHANGED = "password_changed", _("your password was changed")
    CONFIRM_EMAIL = "confirm_email", _("confirm your new address")
    EMAIL_ASKED = "email_asked", _("another e-mail was asked for")
    EMAIL_CHANGED = "email_changed", _("your e-mail was changed")


def send(
    kind: AccountMailKind,
    *,
    user: User | None,
    email: str,
    language: str,
    key: UUID | None = None,
    asker: User | None = None,
) -> bool:
    """Have a mail written to ``email`` in this transaction. ``user`` is whose address that is, None: nobody's.

    ``key`` is that of what waits to be confirmed, ``asker`` who asks, None: whoever calls from the network that they
    call from. Return whether the mail was written: an address gets so many of a sort and no more.
    """
    context = {"language": language, "key": key, "asker": _told_apart(asker)}
    return any(written for _app, written in account_mail.send(User, kind=kind, user=user, email=email, context=context))


def _told_apart(asker: User | None) -> str:
    """Return what tells those who ask for mail apart without saying who they are; "" for a command."""
    if asker is not None:
        who = f"person {asker.pk}"
    elif (request := current_request()) is not None:
        who = f"network {network_of(client_address(request))}"
    else:
        return ""
    return salted_hmac("users.accounts.mail", who, algorithm="sha256").hexdigest()


def values(kind: str, *, user: User | None, key: UUID | None) -> dict[str, str] | None:
    """Return what the templates of ``kind`` are filled in with beside the person, or None: nothing is left to say."""
    hours = str(settings.PASSWORD_RESET_TIMEOUT // HOUR)
    forgotten = settings.PUBLIC_URL + reverse("admin_password_reset")
    if kind == AccountMailKind.CONFIRM_SIGNUP:
        return _of_signup(key)
    if kind == AccountMailKind.CONFIRM_EMAIL:
        return _of_email(key)
    if kind in (AccountMailKind.PASSWORD_RESET, AccountMailKind.INVITATION):
        return {"link": reset_link(user), "hours": hours} if user and user.is_active else None
    return {"link": forgotten, "hours": hours}


def _of_signup(key: UUID | None) -> dict[str, str] | None:
    pending = PendingSignup.objects.filter(key=key, confirmed_at__isnull=True).first() if key else None
    if pending is None or pending.created_at < clock.now() - settings.SIGNUP_LIFETIME:
        return None
    path = reverse("account-confirm", args=[signup_token(pending)])
    hours = settings.SIGNUP_LIFETIME.total_seconds() // HOUR
    return {"link": settings.PUBLIC_URL + path, "hours": f"{hours:.0f}"}


def _of_email(key: UUID | None) -> dict[str, str] | None:
    pending = PendingEmail.objects.standing().filter(key=key).first() if key else None
    if pending is None:
        return None
    path = reverse("account-email-confirm", args=[email_token(pending)])
    return {"link": settings.PUBLIC_URL + path, "hours": f"{EMAIL_LIFETIME.total_seconds() // HOUR:.0f}"}


def signup_token(pending: PendingSignup) -> str:
    """Return what proves that its bearer read the mail to the address of ``pending``."""
    return _signups.sign(pending.key.hex)


def signup_key(token: str) -> UUID | None:
    """Return the key of the sign-up that ``token`` was made for, or None for anything that we did not make."""
    return _key(_signups, token)


def email_token(pending: PendingEmail) -> str:
    """Return what proves that its bearer read the mail to the address of ``pending``."""
    return _emails.sign(pending.key.hex)


def email_key(token: str) -> UUID | None:
    """Return the key of the e-mail that ``token`` was made for, or None for anything that we did not make."""
    return _key(_emails, token)


def _key(signer: Signer, token: str) -> UUID | None:
    try:
        return as_uuid(signer.unsign(token))
    except BadSignature:
        return None


def reset_token(user: User) -> str:
    """Return what proves that its bearer read a mail to ``user``: once, for a while, until they sign in."""
    return f"{urlsafe_base64_encode(force_bytes(user.pk))}.{default_token_generator.make_token(user)}"


def reset_link(user: User) -> str:
    """Return the address of the page on which ``user`` sets a new password."""
    return f"{settings.PUBLIC_URL}{reverse('account-password-reset-confirm', args=[reset_token(user)])}"


def user_of_reset(token: str) -> User | None:
    """Return who may set a new password with ``token``, or None."""
    whose, _dot, proof = token.partition(".")
    try:
        key = as_uuid(urlsafe_base64_decode(whose).decode())
    except ValueError:
        return None
    user: Any = User.objects.filter(pk=key, is_active=True).first() if key else None
    return user if user is not None and default_token_generator.check_token(user, proof) else None
