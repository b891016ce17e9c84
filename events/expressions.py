"""SQL expressions of events that filters and indexes share."""

from django.db.models import F

from users.expressions import SearchText


def event_search_text() -> SearchText:
    """Return what a search for events looks through: title, venue, organiser and slug."""
    return SearchText(F("title"), F("venue"), F("organizer"), F("slug"))
