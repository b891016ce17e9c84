"""Slugs made from titles, numbered where events have them already: ``pycon``, then ``pycon-2``."""

from collections.abc import Iterable

from django.utils.text import slugify

from events.models import Event

SLUG_LENGTH = 100  # leaves room for a number at the end


def free_slug(title: str) -> str:
    """Return a slug for ``title`` that no event has (one query)."""
    return free_slugs([title])[0]


def free_slugs(titles: Iterable[str]) -> list[str]:
    """Return a slug for each title, different from each other and from every event's.

    One query, and one more for each title whose slug is taken.
    """
    bases = [base_of(title) for title in titles]
    taken = set(Event.objects.filter(slug__in=set(bases)).values_list("slug", flat=True))
    for base in sorted(taken):
        taken.update(Event.objects.filter(slug__startswith=f"{base}-").values_list("slug", flat=True))
    return [_numbered(base, taken) for base in bases]


def base_of(title: str) -> str:
    """Return the slug for ``title`` as long as no event has it."""
    return slugify(title)[:SLUG_LENGTH].strip("-") or "event"


def _numbered(base: str, taken: set[str]) -> str:
    number, slug = 1, base
    while slug in taken:
        number += 1
        slug = f"{base}-{number}"
    taken.add(slug)
    return slug
