"""What can be done to people. API, admin and commands all come through here."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from users.models import User
from users.roles import STAFF_ROLES, Role
from users.signals import roles_changed, sign_in_changed

# What decides who can sign in, as whom and with which rights.
SIGN_IN = frozenset({"email", "is_active", "is_staff", "is_superuser", "password"})


@locking
def create_user(*, user: User) -> User:
    """Store a new person. Without a password set on ``user`` nobody can sign in as them."""
    if not user.password:
        user.set_unusable_password()
    user.full_clean()
    user.save(force_insert=True)
    return user


@locking
def update_user(*, user: User, changes: Mapping[str, object], actor: User | None) -> User:
    """Change the named fields of ``user`` and return them as stored; every other column stays, whoever wrote it.

    Locks the person. Raises ``User.DoesNotExist`` for one who is gone, ``PermissionDenied`` where ``actor`` (None: an
    operator) may not change this person's sign-in and would, and ``Conflict`` where that would lock ``actor`` out.
    """
    stored = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    before = _sign_in(stored)
    for field, value in changes.items():
        setattr(stored, field, value)
    after = _sign_in(stored)
    if before != after:
        _refuse_sign_in_change(stored, actor)
        if not (stored.is_active and stored.email):
            _refuse_locking_out(stored, actor)
    stored.full_clean(exclude={field.name for field in User._meta.concrete_fields} - changes.keys())
    if changes:
        stored.save(update_fields=[*changes])
        stored.refresh_from_db()
    if before != after:
        sign_in_changed.send(User, user=stored, before=before, actor=actor)
    return stored


@locking
def delete_user(*, user: User, actor: User | None) -> None:
    """Delete a person who left no trace elsewhere, and the history of their record.

    Raises ``Conflict`` for a person with relations, mail or other records that would lose their meaning, for ``actor``
    themselves and for the last administrator.
    """
    _refuse_locking_out(user, actor)
    try:
        with transaction.atomic():
            user.history.all().delete()
            user.delete()
    except ProtectedError as error:
        kinds = sorted({str(kept._meta.verbose_name_plural) for kept in error.protected_objects})
        raise Conflict(
            _("%(person)s has %(kinds)s, which deleting would lose. Erase the person instead, or deactivate them.")
            % {"person": user, "kinds": ", ".join(kinds)}
        ) from error


@locking
def set_roles(*, user: User, roles: Collection[str], actor: User | None) -> User:
    """Let ``user`` hold exactly ``roles``, and sign in to the admin where one of them is for staff.

    Raises ``PermissionDenied`` unless ``actor`` is an administrator (None: an operator), and ``Conflict`` for one who
    would give up the role that lets them undo it.
    """
    if actor is not None and not actor.holds(Role.ADMIN):
        raise PermissionDenied(_("Only an administrator hands out roles."))
    before = frozenset(User.objects.select_for_update(no_key=True).get(pk=user.pk).role_names)
    if user == actor and Role.ADMIN in before and Role.ADMIN not in roles:
        raise Conflict(_("You cannot take the role of administrator from yourself. Ask another administrator."))
    kept = user.groups.exclude(name__in=Role.values)
    user.groups.set([*kept, *Group.objects.filter(name__in=roles)])
    user.__dict__.pop("role_names", None)
    is_staff = user.is_superuser or any(role in STAFF_ROLES for role in roles)
    if user.is_staff != is_staff:
        user.is_staff = is_staff
        user.save(update_fields=["is_staff"])
    if before != frozenset(roles):
        roles_changed.send(User, user=user, before=before, after=frozenset(roles), actor=actor)
    return user


def _refuse_sign_in_change(user: User, actor: User | None) -> None:
    if actor is not None and not User.objects.filter(pk=user.pk).sign_in_editable_by(actor).exists():
        raise PermissionDenied(
            _("%(person)s holds a role that you do not hold: only an administrator changes their e-mail or sign-in.")
            % {"person": user}
        )


def _refuse_locking_out(user: User, actor: User | None) -> None:
    """Raise ``Conflict`` where ``actor`` would lose their own way in, or everybody the last administrator."""
    if user == actor:
        raise Conflict(_("You would lock yourself out. Ask an administrator to do this."))
    administrators = User.objects.filter(Q(groups__name=Role.ADMIN) | Q(is_superuser=True), is_active=True)
    others = administrators.exclude(pk=user.pk)
    if administrators.filter(pk=user.pk).exists() and not others.exists():
        raise Conflict(_("%(person)s is the last administrator. Make somebody else one first.") % {"person": user})


def _sign_in(user: User) -> dict[str, object]:
    return {field: getattr(user, field) for field in SIGN_IN}
