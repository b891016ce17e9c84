"""Signing up: nobody becomes a person before their address is confirmed, and nobody learns whose it is already."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID

from django.conf import settings
from django.contrib.auth.hashers import check_password, make_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import QuerySet
from django.utils import timezone as clock
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from users.accounts.mail import AccountMailKind, send, signup_key
from users.accounts.models import PendingSignup, SecurityEventKind
from users.accounts.passwords import validate_new
from users.accounts.security_log import record
from users.email_addresses import stored_form
from users.models import User
from users.roles import Role
from users.services import set_roles

PROFILE = ("first_name", "last_name", "phone_number", "company")


def request_signup(*, email: str, password: str, profile: Mapping[str, str]) -> None:
    """Keep a sign-up until it is confirmed by the mail that is sent; a newer one of the same address replaces it.

    Where the address has had too many mails none is sent, and the older one stays: its mail works, and lets whoever
    reads it choose the password, so that nobody who asks in another's name keeps them out. Does the same work whether
    the address is nobody's, an imported contact's or an account's. The password has been validated; it is hashed before
    the transaction begins.
    """
    email = stored_form(email)
    pending = PendingSignup(
        email=email, password=make_password(password), language=get_language() or settings.LANGUAGE_CODE, **profile
    )
    with transaction.atomic():
        person = User.objects.filter(email=email).first()
        known = person is not None and person.has_usable_password()
        kind = AccountMailKind.SIGNUP_KNOWN if known else AccountMailKind.CONFIRM_SIGNUP
        if send(kind, user=person, email=email, language=pending.language, key=None if known else pending.key):
            _keep(pending)


def confirm_signup(*, token: str, password: str = "", new_password: str = "") -> User:
    """Make the person, or give the contact who has the address their account; who holds no role becomes a customer.

    ``password`` must be the one of the sign-up: somebody else may have asked in the address's name. Who knows it not
    gives a ``new_password``, which takes its place; nothing else of that sign-up is kept then, for it may be a
    stranger's. Both are looked at before anything is locked. Raises ``ValidationError`` under ``token``, ``password``
    or ``new_password``, and ``Conflict`` for a sign-up that is confirmed already. Locks the sign-up, then the person.
    """
    key = signup_key(token)
    pending = _standing(key, PendingSignup.objects.all())
    if new_password:
        validate_new(new_password, user=User(email=pending.email))
        return _confirm(key, make_password(new_password))
    if not check_password(password, pending.password):
        raise ValidationError({"password": ValidationError(_("This is not the password of the sign-up."), "wrong")})
    return _confirm(key)


@dataclass(frozen=True, slots=True)
class LinkOver:
    """Why the link of a sign-up confirms nothing, and whether that is because it did."""

    reason: str
    is_confirmed: bool


def link_over(token: str) -> LinkOver | None:
    """Return why the sign-up of ``token`` cannot be confirmed, or None where it can."""
    try:
        _standing(signup_key(token), PendingSignup.objects.all())
    except ValidationError as error:
        return LinkOver(" ".join(error.messages), is_confirmed=False)
    except Conflict as error:
        return LinkOver(str(error.detail), is_confirmed=True)
    return None


def _keep(pending: PendingSignup) -> None:
    replaced = [field.name for field in PendingSignup._meta.concrete_fields if field.name not in ("id", "email")]
    PendingSignup.objects.bulk_create([pending], update_conflicts=True, unique_fields=["email"], update_fields=replaced)


@transaction.atomic
def _confirm(key: UUID | None, other_password: str = "") -> User:
    """Confirm by the password of the sign-up, or by another, which is hashed."""
    pending = _standing(key, PendingSignup.objects.select_for_update())
    if other_password:
        _forget_profile(pending)
        pending.password = other_password
    person = _claimed(pending) or _made(pending)
    pending.confirmed_at = clock.now()
    pending.password = ""
    _forget_profile(pending)
    pending.save()
    if not person.role_names:
        set_roles(user=person, roles={Role.CUSTOMER}, actor=None)
    record(SecurityEventKind.SIGNED_UP, subject=person, actor=person)
    return person


def _forget_profile(pending: PendingSignup) -> None:
    for name in PROFILE:
        setattr(pending, name, "")


def purge() -> int:
    """Delete sign-ups that nobody confirmed in time, and return how many there were."""
    return PendingSignup.objects.filter(created_at__lt=clock.now() - settings.SIGNUP_LIFETIME).delete()[0]


def _standing(key: UUID | None, signups: "QuerySet[PendingSignup]") -> PendingSignup:
    """Return the sign-up of ``signups`` that can be confirmed: each has a key, and a newer one has another."""
    oldest = clock.now() - settings.SIGNUP_LIFETIME
    pending = signups.filter(key=key, created_at__gte=oldest).first() if key else None
    if pending is None:
        said = _("This link is too old, or a newer one took its place. Sign up again to get another.")
        raise ValidationError({"token": ValidationError(said, "invalid")})
    if pending.confirmed_at:
        raise Conflict(_("This sign-up is confirmed already: sign in."), "already_confirmed")
    return pending


def _claimed(pending: PendingSignup) -> User | None:
    """Give the person who has the address the password of the sign-up, and what their profile lacks."""
    person = User.objects.select_for_update(no_key=True).filter(email=pending.email).first()
    if person is None:
        return None
    if not person.is_active:
        raise Conflict(_("This account was closed. Ask the organisers."), "closed")
    if person.has_usable_password():
        raise Conflict(_("There is an account with this address already: sign in, or reset its password."), "known")
    lacking = [name for name in PROFILE if not getattr(person, name)]
    for name in (*lacking, "password"):
        setattr(person, name, getattr(pending, name))
    person.save(update_fields=[*lacking, "password"])
    return person


def _made(pending: PendingSignup) -> User:
    """Store a new person; where an import was quicker by a moment, theirs is the person."""
    person = User(email=pending.email, password=pending.password, language=pending.language)
    for name in PROFILE:
        setattr(person, name, getattr(pending, name))
    try:
        with transaction.atomic():
            person.save(force_insert=True)
    except IntegrityError:
        claimed = _claimed(pending)
        if claimed is None:
            raise
        return claimed
    return person
