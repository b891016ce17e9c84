"""Whom a campaign is for, in words."""

from uuid import UUID

from django.utils.translation import gettext as _

from api.filters import FilterContext
from api.filters.words import in_one_line, in_words
from mailing.models import Audience, Campaign
from users.filters import people_filters
from users.markup import NOTHING
from users.operator import OPERATOR


def whom(campaign: Campaign) -> str:
    """Return whom the campaign was made for: its filter, with segments by the names that they had then."""
    audience = Audience.objects.filter(campaign=campaign).values("filter", "segments").first()
    if audience is None:
        return NOTHING
    tree = audience["filter"]
    if tree is None:
        return _("people who were picked one by one")
    if not tree:
        return _("everybody")
    names: dict[tuple[str, object], str] = {
        ("users.Segment", UUID(key)): one["name"] for key, one in (audience["segments"] or {}).items()
    }
    context = FilterContext(campaign.created_by or OPERATOR)
    return in_one_line(in_words(people_filters, [tree], context, names)[0])
