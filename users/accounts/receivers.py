"""What signing in and out, and a change of roles, leave in the security log."""

from typing import Any

from django.conf import settings
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import receiver

from users.accounts.lockout import name_of
from users.accounts.mail import AccountMailKind, send
from users.accounts.models import PendingEmail, SecurityEventKind
from users.accounts.passwords import end_sign_ins, has_account
from users.accounts.security_log import record
from users.models import User
from users.signals import roles_changed, sign_in_changed


@receiver(user_logged_in)
def log_sign_in(*, user: User, **_kwargs: Any) -> None:
    """Note who came in."""
    record(SecurityEventKind.SIGNED_IN, subject=user, actor=user)


@receiver(user_logged_out)
def log_sign_out(*, user: User | None, **_kwargs: Any) -> None:
    """Note who ended a session; nobody does who was not signed in."""
    if user is not None:
        record(SecurityEventKind.SIGNED_OUT, subject=user, actor=user)


@receiver(user_login_failed)
def log_failure(*, credentials: dict[str, Any], request: Any = None, **_kwargs: Any) -> None:
    """Note a wrong password, and the one that locked; not those that were refused unread, of which there is no end."""
    attempt = getattr(request, "attempt", None)
    if attempt is None:
        return
    email = name_of(credentials)
    subject = User.objects.filter(email=email).first()
    record(SecurityEventKind.SIGN_IN_FAILED, subject=subject, email=email)
    if attempt == settings.AXES_FAILURE_LIMIT:
        record(SecurityEventKind.LOCKED_OUT, subject=subject, email=email)


@receiver(roles_changed)
def log_roles(*, user: User, before: frozenset[str], after: frozenset[str], actor: User | None, **_kwargs: Any) -> None:
    """Note which roles were given and taken."""
    record(
        SecurityEventKind.ROLES_CHANGED,
        subject=user,
        actor=actor,
        given=sorted(after - before),
        taken=sorted(before - after),
    )


@receiver(sign_in_changed)
def log_sign_in_change(*, user: User, before: dict[str, Any], actor: User | None, **_kwargs: Any) -> None:
    """Note a change of e-mail, of which the old address is told, and who may not sign in any more or may again.

    Another e-mail that waited to be confirmed is forgotten: it was to replace the old one. Whoever is deactivated, or
    is given another e-mail by somebody else, is signed out for good and chooses another password by mail: reactivated,
    or moved to the address of its owner, an account opens to nobody who was in before.
    """
    if before["email"] != user.email:
        record(SecurityEventKind.EMAIL_CHANGED, subject=user, actor=actor)
        if has_account(user):  # a contact asks for no other e-mail: that takes a password
            PendingEmail.objects.filter(user=user).delete()
            if before["email"]:
                send(AccountMailKind.EMAIL_CHANGED, user=None, email=before["email"], language=user.language)
            if actor != user:
                end_sign_ins(user=user, password=None)
    if before["is_active"] != user.is_active:
        kind = SecurityEventKind.REACTIVATED if user.is_active else SecurityEventKind.DEACTIVATED
        record(kind, subject=user, actor=actor)
        if not user.is_active:
            end_sign_ins(user=user, password=None)
    if before["is_superuser"] != user.is_superuser:
        record(SecurityEventKind.ROLES_CHANGED, subject=user, actor=actor, superuser=user.is_superuser)
