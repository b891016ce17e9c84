"""How a mail reads before anybody is named: what is filled in for each person stands there by its name."""

import re
from functools import lru_cache

from mailing.rendering import PLACEHOLDERS, ContentError, Rendered, Renderer

NAMED = {name: f"‹{name.replace('_', ' ')}›" for name in PLACEHOLDERS}
# Places of a template that are filled in, several in a row as one.
FILLED_IN = re.compile(r"(\s*(\{%.*?%\}|\{\{.*?\}\}))+")
EVENT = re.compile(r"\{\{ *event *\}\}")


def described_subject(subject: str, *, event: str) -> str:
    """Return the subject of a mail about the ``event`` of this title, as ``described`` does."""
    return described(EVENT.sub(lambda _place: event, subject)).subject


@lru_cache(maxsize=256)
def described(subject: str, text: str = "", html: str = "") -> Rendered:
    """Return the mail to somebody of whom everything is known, with ‹first name› for the name and so on.

    In a template that has placeholders of its own, or cannot be read, three dots stand for what is filled in.
    """
    try:
        return Renderer(subject, text, html).render(NAMED)
    except ContentError:
        subject, text, html = (FILLED_IN.sub("…", part).strip() for part in (subject, text, html))
        return Rendered(subject, text, html)
