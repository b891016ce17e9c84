"""What a token may do of what its owner may do: areas of the API, each to read or to write."""

from collections.abc import Collection

# Each app's permissions belong to one area; those of an app that is not listed are never a token's.
AREAS = {
    "users": "people",
    "events": "events",
    "relations": "relations",
    "mailing": "campaigns",
    "pipeline": "pipeline",
    "support": "support",
}
VERBS = ("read", "write")
# What decides about sign-in and rights stays with people, whatever a token's scopes are.
WITHHELD = frozenset({"apitoken", "securityevent", "pendingsignup", "pendingemail"})
SCOPES = tuple(f"{area}:{verb}" for area in ("*", *AREAS.values()) for verb in VERBS)


def allows(scopes: Collection[str], permission: str) -> bool:
    """Tell whether ``scopes`` cover ``permission`` (``events.change_event``). Who may write an area may read it."""
    app, _dot, codename = permission.partition(".")
    verb, _underscore, model = codename.partition("_")
    area = AREAS.get(app)
    if area is None or model in WITHHELD:
        return False
    enough = VERBS if verb == "view" else ("write",)
    return any(f"{place}:{right}" in scopes for place in (area, "*") for right in enough)
