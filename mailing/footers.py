"""The last lines of a campaign's mail: where to unsubscribe, for mail that does not say so itself."""

import re
from dataclasses import replace

from django.utils.html import format_html
from django.utils.translation import gettext as _

from mailing.rendering import Rendered

END_OF_BODY = re.compile(r"</body\s*>", re.IGNORECASE)
STYLE = "margin:32px 0 0;padding:16px 0 0;border-top:1px solid #d1d5db;font:13px/1.5 sans-serif;color:#6b7280"


def with_footer(rendered: Rendered, unsubscribe_url: str) -> Rendered:
    """Return the mail with the link in both its forms: each that has it already stays as it is written."""
    text, html = rendered.text, rendered.html
    if unsubscribe_url not in text:
        said = _("You do not want this mail? Unsubscribe, or choose what you get:")
        text = f"{text.rstrip()}\n\n-- \n{said}\n{unsubscribe_url}\n"
    if html and unsubscribe_url not in html:
        html = _before_the_end(html, _in_html(unsubscribe_url))
    return replace(rendered, text=text, html=html)


def _in_html(unsubscribe_url: str) -> str:
    return format_html(
        '<p style="{}">{} <a href="{}" style="color:inherit">{}</a></p>',
        STYLE,
        _("You do not want this mail?"),
        unsubscribe_url,
        _("Unsubscribe, or choose what you get"),
    )


def _before_the_end(html: str, footer: str) -> str:
    """Put ``footer`` before the last end of a body, or after everything."""
    ends = [*END_OF_BODY.finditer(html)]
    place = ends[-1].start() if ends else len(html)
    return f"{html[:place]}{footer}\n{html[place:]}"
