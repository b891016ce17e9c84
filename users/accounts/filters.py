"""By what tokens, and entries of the security log, can be filtered and ordered."""

from api.filters import ChoiceFilter, DateTimeFilter, FilterSet, IdFilter
from api.ordering import Ordering
from users.accounts.models import SecurityEventKind

token_filters = FilterSet("tokens")
token_filters.register(
    IdFilter("user", of="users.User", help_text="Of this person; one's own, unless one is an administrator.")
)
token_orderings = {"created_at": Ordering("created_at")}

# Why tokens are neither filtered nor ordered by the other fields that their list shows: a person has a handful.
token_unfiltered = dict.fromkeys(
    ("id", "name", "prefix", "scopes", "expires_at", "last_used_at"), "A person has a handful of tokens."
)

security_filters = FilterSet("security events")
security_filters.register(
    ChoiceFilter("kind", SecurityEventKind),
    IdFilter("subject", of="users.User", help_text="About this person."),
    IdFilter("actor", of="users.User", help_text="Done by this person."),
    DateTimeFilter("since", "gte", column="at"),
    DateTimeFilter("until", "lt", column="at"),
)
