"""Which exception of the API an exception of Django or of the database is. Whatever is not listed is a 500."""

from collections import Counter
from functools import singledispatch

from django.core import exceptions as core
from django.db import DataError, IntegrityError, InterfaceError, OperationalError
from django.db.models import ProtectedError, RestrictedError
from django.http import Http404, UnreadablePostError
from django.utils.translation import gettext as _
from psycopg import errors
from rest_framework import exceptions as rest
from rest_framework.fields import get_error_detail

from api.constraints import refused_by_constraint
from api.exceptions import Conflict, TooLarge, Unavailable


@singledispatch
def as_api_exception(error: Exception) -> Exception:
    """Return the API's exception for ``error``, or ``error`` itself where none is known."""
    return error


@as_api_exception.register
def _not_found(_error: Http404 | core.ObjectDoesNotExist) -> Exception:
    return rest.NotFound()


@as_api_exception.register
def _permission_denied(error: core.PermissionDenied) -> Exception:
    return rest.PermissionDenied(str(error) or None)


@as_api_exception.register
def _validation(error: core.ValidationError) -> Exception:
    return rest.ValidationError(get_error_detail(error))


@as_api_exception.register
def _suspicious(_error: core.SuspiciousOperation | core.BadRequest | UnreadablePostError) -> Exception:
    return rest.ParseError(_("The request cannot be read."))


@as_api_exception.register
def _too_large(_error: core.RequestDataTooBig) -> Exception:
    return TooLarge()


@as_api_exception.register
def _in_use(error: ProtectedError | RestrictedError) -> Exception:
    held = error.protected_objects if isinstance(error, ProtectedError) else error.restricted_objects
    users = Counter(str(type(row)._meta.verbose_name_plural) for row in held)
    holders = ", ".join(f"{name} ({number})" for name, number in sorted(users.items()))
    return Conflict(_("Still in use by %(holders)s. Remove or move those first.") % {"holders": holders}, "in_use")


@as_api_exception.register
def _refused(error: IntegrityError) -> Exception:
    return refused_by_constraint(error)


@as_api_exception.register
def _impossible_value(_error: DataError) -> Exception:
    return rest.ValidationError(_("A value is out of the range that can be stored."), "out_of_range")


@as_api_exception.register
def _database_busy(error: OperationalError | InterfaceError) -> Exception:
    if isinstance(error.__cause__, errors.ProgramLimitExceeded):
        return rest.ValidationError(_("A value is too long to be stored."), "out_of_range")
    return Unavailable()
