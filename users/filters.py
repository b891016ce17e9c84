"""By what people can be filtered and ordered. Higher apps register theirs with ``people_filters``."""

from api.filters import AddressFilter, CountFilter, DateTimeFilter, FilterSet, SearchFilter, TextFilter
from api.ordering import Ordering
from users.expressions import SortKey, name_key, person_search_text, text_key
from users.search import best_first, search_tiers
from users.segments.membership import SegmentFilter

people_filters = FilterSet("people")
people_filters.register(
    SearchFilter(
        "q",
        tiers=lambda text: search_tiers(person_search_text(), [name_key(), text_key("email")], text),
        rank=lambda text: best_first(person_search_text(), text),
        label="search",
        help_text="Name, e-mail or phone number; typos are forgiven. The best 200, without a cursor.",
    ),
    TextFilter("company", key=SortKey, help_text="Without regard to case and accents."),
    TextFilter("job_title", key=SortKey),
    TextFilter("city", key=SortKey),
    TextFilter("state", key=SortKey),
    TextFilter("gender", key=SortKey),
    AddressFilter("email", help_text="Without regard to case; accents count."),
    CountFilter("min_events_hosted", "gte", column="counts__hosted", label="hosted at least"),
    CountFilter("max_events_hosted", "lte", column="counts__hosted", label="hosted at most"),
    CountFilter("min_events_attended", "gte", column="counts__attended", label="attended at least"),
    CountFilter("max_events_attended", "lte", column="counts__attended", label="attended at most"),
    DateTimeFilter("created_since", "gte", column="created_at"),
    DateTimeFilter("created_until", "lt", column="created_at", help_text="Before this moment."),
    SegmentFilter(
        "segment", filters=people_filters, help_text="In this segment, as whoever asks sees it. Its filter combines."
    ),
)

people_orderings = {
    "name": Ordering(name_key()),
    "email": Ordering(text_key("email")),
    "company": Ordering(text_key("company")),
    "job_title": Ordering(text_key("job_title")),
    "city": Ordering(text_key("city")),
    "state": Ordering(text_key("state")),
    "created_at": Ordering("created_at"),
    "hosted_count": Ordering("counts__hosted", through="counts"),
    "attended_count": Ordering("counts__attended", through="counts"),
}

# Why people are neither filtered nor ordered by the other fields that a list shows.
people_unfiltered = {
    "id": "Names one person: GET /users/{id}/.",
    "external_id": "Names one person: GET /users/{external_id}/.",
    "first_name": "Found by q, ordered by name.",
    "last_name": "Found by q, ordered by name.",
    "phone_number": "Found by q.",
    "avatar": "The address of a picture.",
    "timezone": "Says how times are shown to a person; no index.",
    "language": "Says in which language a person is written to; no index.",
    "updated_at": "No index: every edit would write it.",
}
