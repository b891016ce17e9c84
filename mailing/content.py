"""What a mail says: templates and texts of the caller's own, filled in with plain values in a sandbox.

A template may use placeholders, ``if``, comparisons and a few filters; everything else of Jinja is refused when it is
saved, so that no template can loop, call, or reach into an object.
"""

import re
from dataclasses import dataclass
from typing import Any

from django.core.exceptions import ValidationError
from django.utils.translation import gettext as _

from mailing.layout import laid_out
from mailing.models import EmailTemplate, MailCategory
from mailing.models.templates import CONTENT
from mailing.plain_text import text_of
from mailing.rendering import ContentError, Renderer

SUBJECT_LENGTH = 500
# Names that are nobody's (RFC 2606).
EXAMPLE_LINK = re.compile(r"https?://(?:[\w-]+\.)*example\.(?:com|net|org)\b(?!\.?[\w-])[^\s<>\"']*", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Content:
    """The templates of one mail, checked: subject, text and (perhaps empty) HTML; ``template`` is where they are from.

    ``category`` is the sort of mail that it is unless the sending says another one.
    """

    subject: str
    text: str
    html: str = ""
    template: str = ""
    category: MailCategory | None = None


def template_names() -> list[str]:
    """Return the names of the templates that mail can be made of."""
    return list(EmailTemplate.objects.offered().order_by("name").values_list("name", flat=True))


def content_of_template(name: str) -> Content:
    """Return the content of the template ``name`` as it reads now, to be sent.

    Raises ``ValidationError`` under ``template``, also where a link still leads to an example.
    """
    template = EmailTemplate.objects.offered().select_related("category").filter(name=name).first()
    if template is None:
        known = ", ".join(template_names())
        raise ValidationError({"template": _("There is no template of this name. Known: %s.") % known})
    try:
        content = content_of(template)
    except ValidationError as error:
        raise ValidationError({"template": error.messages}) from error
    _refuse_examples(content)
    return content


def content_of(template: EmailTemplate) -> Content:
    """Return what ``template`` says, ready to be filled in: its HTML in the layout, and a text of it if it has none.

    Raises ``ValidationError`` under ``subject``, ``html`` or ``text``, whichever was written so. What is too long is
    refused before it is read.
    """
    own = {name: name for name in CONTENT}
    _refuse_too_long(template)
    if not (template.html.strip() or template.text.strip()):
        raise ValidationError({"html": _("Write an HTML or a text.")})
    written = Content(subject=template.subject.strip(), text=template.text, html=template.html)
    _checked(written, own)
    try:
        ready = Content(
            subject=written.subject,
            text=template.text if template.text.strip() else text_of(template.html),
            html=laid_out(written.subject, template.html) if template.html.strip() else "",
            template=template.name,
            category=template.category,
        )
    except ContentError as error:
        raise ValidationError({error.part: str(error)}) from error
    return _checked(ready, own if template.text.strip() else {**own, "text": "html"})


def _refuse_examples(content: Content) -> None:
    """Refuse what leads where nobody is: the start set's links, which are to be filled in."""
    found = EXAMPLE_LINK.search(content.html) or EXAMPLE_LINK.search(content.text)
    if found:
        said = _("“%s” is an example: write where the link is to lead before you send this.") % found.group()
        raise ValidationError({"template": said})


def _refuse_too_long(template: EmailTemplate) -> None:
    for name in CONTENT:
        field: Any = EmailTemplate._meta.get_field(name)
        try:
            field.run_validators(getattr(template, name))
        except ValidationError as error:
            raise ValidationError({name: error.messages}) from error


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
