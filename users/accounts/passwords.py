"""Passwords: changed by who knows the present one, reset by who reads the mail to the address."""

from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from rest_framework.exceptions import PermissionDenied, Throttled
from rest_framework.request import Request

from api.exceptions import Conflict
from users.accounts.lockout import LockoutHandler, address_of, attempts_of
from users.accounts.mail import AccountMailKind, send, user_of_reset
from users.accounts.models import ApiToken, PendingEmail, SecurityEventKind
from users.accounts.security_log import record
from users.email_addresses import stored_form
from users.models import User
from users.roles import Role
from users.services import set_roles
from users.signals import sign_ins_ended


def check_current_password(*, user: User, password: str, request: HttpRequest | Request) -> None:
    """Raise ``ValidationError`` under ``current_password`` unless it is right.

    A wrong one counts like one at sign-in: whoever got hold of a session cannot guess. Raises ``Throttled`` then.
    """
    name = str(user.email or user.pk)
    if not LockoutHandler().is_allowed(request, {"username": name}):
        raise Throttled(wait=getattr(request, "locked_for", None))
    if not user.check_password(password):
        record(SecurityEventKind.SIGN_IN_FAILED, subject=user)
        raise _wrong_password()
    attempts_of(name, address_of(request)).delete()


def has_account(person: User) -> bool:
    """Tell whether somebody has given ``person`` a password or rights: else they are a contact."""
    return person.has_usable_password() or person.is_superuser or bool(person.role_names)


def allow_new_email(*, person: User, password: str, request: Request) -> None:
    """Raise unless the caller may give ``person`` another e-mail, or ask for one of their own.

    Their own takes the present password: ``ValidationError`` under ``current_password``, or ``Throttled``. Tokens
    change nobody's sign-in: ``PermissionDenied``.
    """
    if has_account(person) and isinstance(request.auth, ApiToken):
        raise PermissionDenied(_("A token cannot change the e-mail of somebody who signs in with it."))
    if person == request.user:
        check_current_password(user=person, password=password, request=request)


@transaction.atomic
def set_password(
    *,
    user: User,
    password: str | None,
    actor: User | None = None,
    kind: SecurityEventKind = SecurityEventKind.PASSWORD_CHANGED,
    is_proved: bool = False,
) -> User:
    """Give ``user`` a password that has been validated, or None: no sign-in. ``actor`` is None for who is signed in.

    All their sessions and tokens of every sort end, their lock-outs too. Locks the person. ``is_proved``: the password
    of ``user`` was asked for before; raises ``ValidationError`` under ``current_password`` where it is another by now,
    for who knows the old one alone has been shut out.
    """
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if is_proved and stored.password != user.password:
        raise _wrong_password()
    end_sign_ins(user=user, password=password)
    if user.email:
        send(AccountMailKind.PASSWORD_CHANGED, user=user, email=user.email, language=user.language)
    record(kind, subject=user, actor=actor)
    return user


@transaction.atomic
def end_sign_ins(*, user: User, password: str | None) -> None:
    """Store ``password``, the same or another, hashed anew, or none: sessions and JWTs, which know the hash, end.

    Their own tokens end too, what other apps gave them to come in by, an e-mail that waits to be confirmed is
    forgotten, and wrong passwords are forgiven.
    """
    user.set_password(password)
    user.save(update_fields=["password"])
    ApiToken.objects.standing().filter(user=user).update(revoked_at=clock.now())
    PendingEmail.objects.filter(user=user).delete()
    if user.email:
        LockoutHandler().reset_attempts(username=user.email)
    sign_ins_ended.send(User, user=user)


@transaction.atomic
def request_reset(*, email: str) -> None:
    """Have a link mailed to ``email`` by which its owner sets a new password.

    Does the same work for an address that is nobody's; the mail to it is given up by the worker.
    """
    email = stored_form(email)
    user = User.objects.filter(email=email).first()
    language = user.language if user else get_language() or settings.LANGUAGE_CODE
    send(AccountMailKind.PASSWORD_RESET, user=user, email=email, language=language)


@transaction.atomic
def invite(*, user: User) -> None:
    """Have a link mailed to ``user`` by which they choose a password. Raises ``Conflict`` for one without an e-mail."""
    if not user.email:
        raise Conflict(_("An invitation is a mail: give an e-mail."))
    send(AccountMailKind.INVITATION, user=user, email=user.email, language=user.language)


@transaction.atomic
def reset_password(*, token: str, password: str) -> User:
    """Set a new password for whom ``token`` was mailed to; it works once. Locks the person.

    Who never had a password proves by it that the address is theirs, as by confirming a sign-up, and becomes a
    customer unless they hold a role already. Raises ``ValidationError`` under ``token`` or ``new_password``.
    """
    found = user_of_reset(token)
    if found is not None:
        User.objects.select_for_update(no_key=True).get(pk=found.pk)
        found = user_of_reset(token)
    if found is None:
        said = _("This link has been used, or is too old. Ask for another.")
        raise ValidationError({"token": ValidationError(said, "invalid")})
    validate_new(password, user=found)
    claims = not found.has_usable_password()
    set_password(user=found, password=password, actor=found, kind=SecurityEventKind.PASSWORD_RESET)
    if claims and not found.role_names:
        set_roles(user=found, roles={Role.CUSTOMER}, actor=None)
    return found


def validate_new(password: str, *, user: User, field: str = "new_password") -> None:
    """Raise ``ValidationError`` under ``field`` for a password that is too easy to guess."""
    try:
        validate_password(password, user)
    except ValidationError as error:
        raise ValidationError({field: error}) from error


def _wrong_password() -> ValidationError:
    return ValidationError({"current_password": ValidationError(_("This is not your present password."), "wrong")})
