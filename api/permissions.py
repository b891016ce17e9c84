"""What a call asks of its caller: one permission, which each view names or derives from its model and action.

Who has which permission is not known here: ``request.user.has_perm`` says it, and for a token ``request.auth.allows``.
To which objects it extends, ``visible_to`` and ``editable_by`` of the querysets say.
"""

from collections.abc import Mapping
from typing import Any

from django.contrib.auth import get_permission_codename
from django.db.models import Model
from rest_framework.permissions import BasePermission
from rest_framework.request import Request

# In place of a permission: whoever calls, and whoever is signed in.
PUBLIC = "public"
SIGNED_IN = "signed in"

VIEW, ADD, CHANGE, DELETE = "view", "add", "change", "delete"
VERBS: Mapping[str, str] = {
    "list": VIEW,
    "retrieve": VIEW,
    "filter": VIEW,
    "metadata": VIEW,
    "create": ADD,
    "update": CHANGE,
    "partial_update": CHANGE,
    "destroy": DELETE,
}


def permission_for(model: type[Model], verb: str) -> str:
    """Return the permission to do ``verb`` to objects of ``model``; a whole permission stands for itself."""
    if "." in verb or verb in (PUBLIC, SIGNED_IN):
        return verb
    return f"{model._meta.app_label}.{get_permission_codename(verb, model._meta)}"


class Permitted(BasePermission):
    """Lets in who has the permission that ``view.permission_required(request)`` names; nobody where it names none.

    Without sign-in the answer is 401, with too little 403.
    """

    def has_permission(self, request: Request, view: Any) -> bool:
        wanted: str | None = view.permission_required(request) if hasattr(view, "permission_required") else None
        if wanted == PUBLIC:
            return True
        if wanted is None or not (request.user.is_authenticated and request.user.is_active):
            return False
        return _allowed_by_token(request.auth, wanted) and (wanted == SIGNED_IN or request.user.has_perm(wanted))


def _allowed_by_token(auth: Any, wanted: str) -> bool:
    """Tell whether the token that the call came with, if one of limited scope, extends to ``wanted``."""
    return not hasattr(auth, "allows") or bool(auth.allows(wanted))
