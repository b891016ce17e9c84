"""Finding the category that a caller names."""

from django.utils.translation import gettext as _

from api.exceptions import Fault, InvalidInput
from mailing.models import MailCategory


def category_named(key: str) -> MailCategory:
    """Return the category with this key. Raises ``InvalidInput``, which lists those there are."""
    found = {category.key: category for category in MailCategory.objects.order_by("key")}
    if key not in found:
        said = _("There is no such category. Known: %s.") % ", ".join(found)
        raise InvalidInput(Fault(said, "unknown", ("category",)))
    return found[key]
