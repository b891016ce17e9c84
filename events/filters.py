"""By what events can be filtered and ordered. Higher apps register theirs with ``event_filters``."""

from django.db.models import Q
from django.utils import timezone as clock

from api.filters import BooleanFilter, ChoiceFilter, DateTimeFilter, FilterSet, SearchFilter, TextFilter
from api.ordering import Ordering
from events.expressions import event_search_text
from events.models import EventStatus
from users.expressions import SortKey, text_key
from users.search import best_first, found_in

event_filters = FilterSet("events")
event_filters.register(
    SearchFilter(
        "q",
        condition=lambda text, _context: found_in(event_search_text(), [text_key("title"), text_key("venue")], text),
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
    BooleanFilter("past", condition=lambda _yes, _context: Q(start_at__lt=clock.now()), help_text="Has begun."),
)

event_orderings = {
    "start_at": Ordering("start_at"),
    "title": Ordering(text_key("title")),
    "venue": Ordering(text_key("venue")),
    "created_at": Ordering("created_at"),
}
