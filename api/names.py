"""Answers to names that nobody declared."""

import difflib
from collections.abc import Iterable

from django.utils.translation import gettext as _


def unknown_name(name: object, known: Iterable[str]) -> str:
    """Return a sentence that says ``name`` is unknown, which known one is near, and which ones there are."""
    choices = sorted(known)
    close = difflib.get_close_matches(str(name), choices, n=1)
    parts = [_("“%(name)s” is not known here.") % {"name": str(name)[:100]}]
    if close:
        parts.append(_("Did you mean “%(name)s”?") % {"name": close[0]})
    parts.append(_("Possible: %(names)s.") % {"names": ", ".join(choices)} if choices else _("None is possible."))
    return " ".join(parts)
