"""Slugs made from titles, numbered where events have them already: ``pycon``, then ``pycon-2``."""

from collections import Counter
from collections.abc import Iterable

from django.utils.text import slugify

from events.models import Event

SLUG_LENGTH = 100  # leaves room for a number at the end


def free_slug(title: str, *, but_of: Event | None = None) -> str:
    """Return a slug for ``title`` that no event has, or none but this one."""
    return free_slugs([title], but_of=but_of)[0]


def free_slugs(titles: Iterable[str], *, but_of: Event | None = None) -> list[str]:
    """Return a slug for each title, different from each other and from every other event's.

    One query, and one more for each slug that is taken or asked for twice.
    """
    bases = [base_of(title) for title in titles]
    others = Event.objects.exclude(pk=but_of.pk) if but_of else Event.objects.all()
    taken = set(others.filter(slug__in=set(bases)).values_list("slug", flat=True))
    for base in sorted(taken | {base for base, times in Counter(bases).items() if times > 1}):
        taken.update(others.filter(slug__startswith=f"{base}-").values_list("slug", flat=True))
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
