"""What can be done to people. API, admin and commands all come through here."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import connection, transaction
from django.db.models import ProtectedError, Q
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from api.transactions import locking
from users.models import User
from users.roles import STAFF_ROLES, Role
from users.signals import person_leaves, roles_changed, sign_in_changed

# What decides who can sign in, as whom and with which rights.
SIGN_IN = frozenset({"email", "is_active", "is_staff", "is_superuser", "password"})
# Imports find people by these: who could set another's would have their data written to a record of their own.
GUARDED = SIGN_IN | {"external_id"}
# Key of the advisory lock under which administrators are counted.
ADMINISTRATORS = 0x61646D696E


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
    before = {field: getattr(stored, field) for field in GUARDED}
    for field, value in changes.items():
        setattr(stored, field, value)
    altered = {field for field, value in before.items() if getattr(stored, field) != value}
    if altered:
        _refuse_sign_in_change(stored, actor)
        gives_up_everything = before["is_superuser"] and not stored.holds(Role.ADMIN)
        if gives_up_everything or not (stored.is_active and stored.email):
            _refuse_locking_out(stored, actor)
    stored.full_clean(exclude={field.name for field in User._meta.concrete_fields} - changes.keys())
    if changes:
        stored.save(update_fields=[*changes])
        stored.refresh_from_db()
    if altered & SIGN_IN:
        sign_in_changed.send(User, user=stored, before=before, actor=actor)
    return stored


@locking
def delete_user(*, user: User, actor: User | None) -> None:
    """Delete a person who left no trace elsewhere, and the history of their record.

    Raises ``Conflict`` for a person with relations, mail or other records that would lose their meaning, for ``actor``
    themselves and for the last administrator. Mail about their account does not hold them back.
    """
    _refuse_locking_out(user, actor)
    try:
        with transaction.atomic():
            person_leaves.send(User, user=user)
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
    would give up the role that lets them undo it, or take it from the last administrator.
    """
    if actor is not None and not actor.holds(Role.ADMIN):
        raise PermissionDenied(_("Only an administrator hands out roles."))
    before = frozenset(User.objects.select_for_update(no_key=True).get(pk=user.pk).role_names)
    if Role.ADMIN in before and Role.ADMIN not in roles and not user.is_superuser:
        _refuse_locking_out(user, actor)
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
            _("%(person)s has an account: only they and administrators change their e-mail, sign-in or external id.")
            % {"person": user}
        )


def _refuse_locking_out(user: User, actor: User | None) -> None:
    """Raise ``Conflict`` where ``actor`` would lose their own way in, or everybody the last administrator.

    Counts under a lock: two who take each other's role at once are not both the other's last but one.
    """
    if user == actor:
        raise Conflict(_("You would lock yourself out. Ask an administrator to do this."))
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [ADMINISTRATORS])
    administrators = User.objects.filter(Q(groups__name=Role.ADMIN) | Q(is_superuser=True), is_active=True)
    others = administrators.exclude(pk=user.pk)
    if administrators.filter(pk=user.pk).exists() and not others.exists():
        raise Conflict(_("%(person)s is the last administrator. Make somebody else one first.") % {"person": user})
