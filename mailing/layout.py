"""The layout of mails: what was written stands in a page that mail programs show well, styled tag by tag.

Programs drop style sheets, so the looks of each tag are written into it; the sheet that is left serves dark mode and
narrow screens where it is understood. Nothing is loaded from anywhere.
"""

import re
from functools import cache
from pathlib import Path

from django.conf import settings
from django.utils.html import escape

from mailing.markup_parts import Parts
from mailing.tags import Kind, Piece, pieces

WHOLE_DOCUMENT = re.compile(r"\s*(<!doctype\b|<html\b)", re.IGNORECASE)
FONT = "font-family:-apple-system,BlinkMacSystemFont,'Segoe UI',Roboto,Helvetica,Arial,sans-serif"
STYLES = {
    "h1": f"margin:0 0 20px;{FONT};font-size:26px;line-height:1.25;font-weight:700;color:#111827",
    "h2": f"margin:32px 0 12px;{FONT};font-size:20px;line-height:1.3;font-weight:700;color:#111827",
    "h3": f"margin:24px 0 8px;{FONT};font-size:17px;line-height:1.4;font-weight:700;color:#111827",
    "p": "margin:0 0 16px;line-height:1.6",
    "ul": "margin:0 0 16px;padding:0 0 0 24px",
    "ol": "margin:0 0 16px;padding:0 0 0 24px",
    "li": "margin:0 0 8px;line-height:1.6",
    "blockquote": "margin:0 0 16px;padding:4px 0 4px 16px;border-left:4px solid #99f6e4;color:#4b5563",
    "hr": "margin:28px 0;border:0;border-top:1px solid #e5e7eb",
    "a": "color:#0f766e;text-decoration:underline",
    "img": "max-width:100%;height:auto;border:0",
    "th": "padding:8px 12px 8px 0;text-align:left;border-bottom:1px solid #e5e7eb",
    "td": "padding:8px 12px 8px 0;border-bottom:1px solid #e5e7eb",
}
BUTTON = (
    "display:inline-block;padding:13px 24px;background:#0f766e;color:#ffffff;text-decoration:none;border-radius:8px;"
    "font-weight:700"
)
OWN_CLASSES = {"button": BUTTON}
PLACES_OF_THE_PAGE = re.compile(r"<!-- (title|body) -->")


def laid_out(subject: str, html: str) -> str:
    """Return the template of the whole page for what ``html`` says; a whole document is its own layout.

    Raises ``ContentError`` for a tag or comment that is not closed.
    """
    if WHOLE_DOCUMENT.match(html):
        return html
    title, body = Parts(subject), Parts(html)
    said = {
        "title": title.restored(escape(title.markup)),
        "body": body.restored("".join(_styled(piece) for piece in pieces(body.markup))).strip(),
    }
    return PLACES_OF_THE_PAGE.sub(lambda place: said[place.group(1)], _page())


def _styled(piece: Piece) -> str:
    """Return a tag with its looks before those that it was given, which prevail; anything else as it is."""
    if piece.kind is not Kind.START:
        return piece.source
    attributes = piece.attributes()
    classes = {name for one in attributes if one.name == "class" for name in one.value.split()}
    style = next((OWN_CLASSES[name] for name in OWN_CLASSES if name in classes), STYLES.get(piece.name, ""))
    if not style:
        return piece.source
    begin = attributes[-1].end if attributes else 0
    own = next((one for one in attributes if one.name == "style"), None)
    if own is None:
        return _with_style(piece, begin, begin, f' style="{style}"')
    quote = "'" if piece.rest[own.begin : own.end].endswith("'") else '"'
    return _with_style(piece, own.begin, own.end, f"style={quote}{style.replace(quote, '')};{own.value}{quote}")


def _with_style(piece: Piece, begin: int, end: int, style: str) -> str:
    """Return the tag with ``style`` instead of what stands there behind its name."""
    tag = piece.source[: 1 + len(piece.name)]
    return f"{tag}{piece.rest[:begin]}{style}{piece.rest[end:]}>"


@cache
def _page() -> str:
    return (Path(settings.BASE_DIR) / "templates" / "email" / "layout.html").read_text("utf-8")
