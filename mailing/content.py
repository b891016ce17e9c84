"""What a mail says: file templates and texts of the caller's own, filled in with plain values in a sandbox.

A template may use placeholders, ``if``, comparisons and a few filters; everything else of Jinja is refused when the
campaign is made, so that no template can loop, call, or reach into an object.
"""

import re
from dataclasses import dataclass
from pathlib import Path

from django.conf import settings
from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mailing.rendering import ContentError, Renderer

TEMPLATE_NAME = re.compile(r"[a-z0-9][a-z0-9_-]{0,99}")
SUBJECT_LENGTH = 500


@dataclass(frozen=True, slots=True)
class Content:
    """The templates of one mail, checked: subject, text and (perhaps empty) HTML; ``template`` names their file."""

    subject: str
    text: str
    html: str = ""
    template: str = ""


def template_names() -> list[str]:
    """Return the names of the file templates."""
    return sorted(folder.name for folder in _folder().iterdir() if (folder / "subject.txt").is_file())


def content_of_template(name: str) -> Content:
    """Return the content of the file template ``name``. Raises ``ValidationError`` under ``template``."""
    if not TEMPLATE_NAME.fullmatch(name) or name not in template_names():
        known = ", ".join(template_names())
        raise ValidationError({"template": _("There is no template of this name. Known: %s.") % known})
    folder = _folder() / name
    html = folder / "body.html"
    parts = {
        "subject": (folder / "subject.txt").read_text("utf-8").strip(),
        "text": (folder / "body.txt").read_text("utf-8"),
        "html": html.read_text("utf-8") if html.is_file() else "",
    }
    return _checked(Content(**parts, template=name), dict.fromkeys(parts, "template"))


def own_content(*, subject: str, body: str) -> Content:
    """Return the content of a mail written for the occasion. Raises ``ValidationError`` under the part at fault."""
    empty = {
        key: _("This may not be empty.") for key, part in (("subject", subject), ("body", body)) if not part.strip()
    }
    if empty:
        raise ValidationError(empty)
    return _checked(Content(subject=subject.strip(), text=body), {"subject": "subject", "text": "body", "html": "body"})


def _checked(content: Content, blame: dict[str, str]) -> Content:
    if len(content.subject) > SUBJECT_LENGTH:
        raise ValidationError({blame["subject"]: _("The subject is longer than %s characters.") % SUBJECT_LENGTH})
    try:
        Renderer(content.subject, content.text, content.html).try_out()
    except ContentError as error:
        raise ValidationError({blame[error.part]: str(error)}) from error
    return content


def _folder() -> Path:
    return Path(settings.BASE_DIR) / "templates" / "email"
