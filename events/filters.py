"""By what events can be filtered and ordered. Higher apps register theirs with ``event_filters``."""

from django.db.models import Q
from django.utils import timezone as clock

from api.filters import BooleanFilter, ChoiceFilter, DateTimeFilter, FilterSet, IdFilter, SearchFilter, TextFilter
from api.ordering import Ordering
from events.expressions import event_search_text
from events.models import EventStatus
from users.expressions import SortKey, text_key
from users.search import best_first, search_tiers

event_filters = FilterSet("events")
event_filters.register(
    SearchFilter(
        "q",
        tiers=lambda text: search_tiers(event_search_text(), [text_key("title"), text_key("venue")], text),
        rank=lambda text: best_first(event_search_text(), text),
        label="search",
        help_text="Title, venue, organiser or slug; typos are forgiven. The best 200, without a cursor.",
    ),
    ChoiceFilter("status", EventStatus),
    TextFilter("venue", key=SortKey, help_text="Without regard to case and accents."),
    TextFilter("organizer", key=SortKey),
    DateTimeFilter("start_since", "gte", column="start_at"),
    DateTimeFilter("start_until", "lt", column="start_at", help_text="Before this moment."),
    BooleanFilter("upcoming", condition=lambda _yes, _context: Q(start_at__gte=clock.now())),
    IdFilter("series", of="events.EventSeries", column="series", help_text="The events of one series."),
    BooleanFilter("past", condition=lambda _yes, _context: Q(start_at__lt=clock.now()), help_text="Has begun."),
)

event_orderings = {
    "start_at": Ordering("start_at"),
    "title": Ordering(text_key("title")),
    "venue": Ordering(text_key("venue")),
    "created_at": Ordering("created_at"),
}

# Why events are neither filtered nor ordered by the other fields that a list shows.
event_unfiltered = {
    "id": "Names one event: GET /events/{id}/.",
    "external_id": "Names one event: GET /events/{external_id}/.",
    "slug": "Found by q.",
    "description": "Free text of any length; no index.",
    "end_at": "Events are found by their start; the end may be unknown.",
    "timezone": "Says how times are shown; no index.",
    "max_capacity": "Says little without the seats taken; no index.",
    "waitlist_enabled": "Half of all events at least; no index.",
    "requires_approval": "Says how people get in; no index.",
    "offer_minutes": "Says how people get in; no index.",
    "updated_at": "No index: every edit would write it.",
}
