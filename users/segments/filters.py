"""By what segments can be filtered and ordered."""

from api.filters import DateTimeFilter, FilterSet, IdFilter, TextFilter
from api.ordering import Ordering
from users.expressions import SortKey, text_key

segment_filters = FilterSet("segments")
segment_filters.register(
    TextFilter("name", key=SortKey, help_text="Without regard to case and accents."),
    IdFilter("owner", of="users.User", help_text="Owned by this person."),
    DateTimeFilter("created_since", "gte", column="created_at"),
    DateTimeFilter("created_until", "lt", column="created_at", help_text="Before this moment."),
)
segment_orderings = {"name": Ordering(text_key("name")), "created_at": Ordering("created_at")}

# Why segments are neither filtered nor ordered by the other fields that their list shows.
segment_unfiltered = {
    "id": "Names one segment: GET /segments/{id}/.",
    "description": "Free text; no index.",
    "filter": "A tree of any shape; no index.",
    "updated_at": "No index: every edit would write it.",
}
