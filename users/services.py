"""What can be done to people. API, admin and commands all come through here."""

from collections.abc import Collection, Mapping

from django.contrib.auth.models import Group
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.db.models import ProtectedError
from django.utils.translation import gettext as _

from api.exceptions import Conflict
from users.models import User
from users.roles import STAFF_ROLES, Role
from users.signals import roles_changed, sign_in_changed

# What decides who can sign in, as whom and with which rights.
SIGN_IN = frozenset({"email", "is_active", "is_staff", "is_superuser", "password"})


@transaction.atomic
def create_user(*, user: User) -> User:
    """Store a new person. Without a password set on ``user`` nobody can sign in as them."""
    if not user.password:
        user.set_unusable_password()
    user.full_clean()
    user.save(force_insert=True)
    return user


@transaction.atomic
def update_user(*, user: User, changes: Mapping[str, object], actor: User | None) -> User:
    """Change the named fields of ``user``; every other column stays, whoever wrote it.

    Raises ``PermissionDenied`` where ``actor`` (None: an operator) may not change this person's sign-in and would.
    """
    before = _stored_sign_in(user) if SIGN_IN & changes.keys() else {}
    if actor is not None and any(before[field] != changes[field] for field in before.keys() & changes.keys()):
        refuse_sign_in_change(user=user, actor=actor)
    for field, value in changes.items():
        setattr(user, field, value)
    unsent = {field.name for field in User._meta.concrete_fields} - changes.keys()
    user.full_clean(exclude=unsent)
    if changes:
        user.save(update_fields=[*changes])
        user.refresh_from_db()
    if before and before != _sign_in(user):
        sign_in_changed.send(User, user=user, before=before, actor=actor)
    return user


def delete_user(*, user: User) -> None:
    """Delete a person who left no trace elsewhere, and the history of their record.

    Raises ``Conflict`` for a person with relations, mail or other records that would lose their meaning.
    """
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


@transaction.atomic
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


def refuse_sign_in_change(*, user: User, actor: User) -> None:
    """Raise ``PermissionDenied`` unless ``actor`` may change how ``user`` signs in."""
    if not User.objects.filter(pk=user.pk).sign_in_editable_by(actor).exists():
        raise PermissionDenied(
            _("%(person)s holds a role that you do not hold: only an administrator changes their e-mail or sign-in.")
            % {"person": user}
        )


def _stored_sign_in(user: User) -> dict[str, object]:
    """Return what is stored of how ``user`` signs in."""
    return dict(User.objects.filter(pk=user.pk).values(*SIGN_IN).get())


def _sign_in(user: User) -> dict[str, object]:
    return {field: getattr(user, field) for field in SIGN_IN}
