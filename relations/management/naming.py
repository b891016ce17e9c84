"""Events and people as commands name them: by id, by the id in another system, by slug, by e-mail."""

from collections.abc import Sequence

from django.core.management.base import CommandError

from api.identifiers import find
from events.models import Event
from users.models import User

BAD_ARGUMENTS = 2


def event_named(text: str) -> Event:
    """Return the event. Raises ``CommandError`` with exit status 2 for a name of none."""
    found: Event | None = find(Event.objects.all(), text)
    if found is None and "\0" not in text:
        found = Event.objects.filter(slug=text).first()
    if found is None:
        raise CommandError(f"No such event: {text!r}. Give its id, external_id or slug.", returncode=BAD_ARGUMENTS)
    return found


def people_named(texts: Sequence[str]) -> list[User]:
    """Return the people in the order given. Raises ``CommandError`` with exit status 2 that lists names of nobody."""
    found = [_person(text) for text in texts]
    missing = ", ".join(repr(text) for text, person in zip(texts, found, strict=True) if person is None)
    if missing:
        raise CommandError(f"Nobody is {missing}. Give ids, external_ids or e-mails.", returncode=BAD_ARGUMENTS)
    return [person for person in found if person is not None]


def _person(text: str) -> User | None:
    found: User | None = find(User.objects.all(), text)
    if found is None and "@" in text and "\0" not in text:
        found = User.objects.filter(email=text.lower()).first()
    return found
