"""HTML as it is written in mails, read piece by piece in one pass: the time grows as the text does.

What is not closed is refused where it begins: a browser would take the rest of the mail for a part of it.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import Enum
from html import unescape

from django.utils.translation import gettext as _

from mailing.markup_parts import BEGIN, END, PLACE, without_marks
from mailing.rendering import ContentError

OPENING = re.compile(r"<(?:/?[a-z]|[!?/])", re.IGNORECASE)
TAG = re.compile(rf"""<(/?)([a-z][^\s/<>"'{BEGIN}]*+)((?:[^<>"']++|"[^"]*+"|'[^']*+')*+)>""", re.IGNORECASE)
ATTRIBUTE = re.compile(
    rf"""{BEGIN}\d+{END}|([^\s"'<>/={BEGIN}]++)(?:\s*+=\s*+("[^"]*+"|'[^']*+'|[^\s"'>]++))?""", re.IGNORECASE
)
# As long as any reference is: longer numbers name no letter, and Python refuses to read them.
REFERENCE = re.compile(r"&(?:#\d{1,20}|#x[0-9a-f]{1,20}|[a-z][a-z0-9]{1,31});?", re.IGNORECASE)
# Elements that hold no tags: everything up to their end is theirs.
WITHOUT_TAGS = frozenset({"style", "script", "title"})
EXCERPT = 30


class Kind(Enum):
    """What a piece is; ``UNSEEN``: a comment, a declaration, or what stands in an element without tags."""

    TEXT = "text"
    START = "start"
    END = "end"
    UNSEEN = "unseen"


@dataclass(frozen=True, slots=True)
class Attribute:
    """An attribute of a tag: its name in small letters, its value without quotes, and where it stands."""

    name: str
    value: str
    begin: int
    end: int


@dataclass(frozen=True, slots=True)
class Piece:
    """A piece of HTML as it is written; of a tag also the name, in small letters, and what stands behind it."""

    kind: Kind
    source: str
    name: str = ""
    rest: str = ""

    def attributes(self) -> list[Attribute]:
        """Return the attributes as written, and a place as one without a name."""
        return [_attribute(found) for found in ATTRIBUTE.finditer(self.rest)]


def _attribute(found: re.Match[str]) -> Attribute:
    value = found.group(2) or ""
    bare = value[1:-1] if value[:1] in {'"', "'"} else value
    return Attribute((found.group(1) or "").lower(), bare, found.start(), found.end())


def pieces(markup: str) -> Iterator[Piece]:
    """Yield what ``markup`` consists of, in its order and without gaps. Raises ``ContentError`` for one without end."""
    at = 0
    while opening := OPENING.search(markup, at):
        if at < opening.start():
            yield Piece(Kind.TEXT, markup[at : opening.start()])
        piece = _tag(markup, opening.start()) if opening.group()[-1].isalpha() else _unseen(markup, opening.start())
        yield piece
        at = opening.start() + len(piece.source)
        if piece.kind is Kind.START and piece.name in WITHOUT_TAGS:
            end = _end_of(piece.name, markup, at)
            yield Piece(Kind.UNSEEN, markup[at:end])
            at = end
    if at < len(markup):
        yield Piece(Kind.TEXT, markup[at:])


def _tag(markup: str, at: int) -> Piece:
    found = TAG.match(markup, at)
    if found is None:
        raise _not_closed(markup, at)
    slash, name, rest = found.groups()
    return Piece(Kind.END if slash else Kind.START, found.group(), name.lower(), rest)


def _unseen(markup: str, at: int) -> Piece:
    """Return a comment or a declaration; browsers take other such things for comments too."""
    close, begin = ("-->", at + 2) if markup.startswith("<!--", at) else (">", at)
    end = markup.find(close, begin)
    if end < 0:
        raise _not_closed(markup, at)
    return Piece(Kind.UNSEEN, markup[at : end + len(close)])


def _end_of(name: str, markup: str, at: int) -> int:
    found = re.compile(rf"</{name}(?=[\s/>])", re.IGNORECASE).search(markup, at)
    if found is None:
        raise ContentError("html", _("<%s> is not closed.") % name)
    return found.start()


def _not_closed(markup: str, at: int) -> ContentError:
    """Return what is wrong, with the words by which the place is found."""
    begin = " ".join(PLACE.sub("…", markup[at : at + EXCERPT]).split())
    if markup.startswith("<!--", at):
        return ContentError("html", _("The comment that begins with “%s” is not closed.") % begin)
    return ContentError("html", _("The tag that begins with “%s” is not closed.") % begin)


def unescaped(text: str) -> str:
    """Return ``text`` with the letters that its references name; none of them marks a place."""
    return REFERENCE.sub(lambda found: without_marks(unescape(found.group())), text)
