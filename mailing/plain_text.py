"""The plain text of a mail that was written as HTML: headings, paragraphs, lists, quotations, links."""

import textwrap

from mailing.markup_parts import Parts
from mailing.tags import Kind, Piece, pieces, unescaped

WIDTH = 76
BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "table", "tr", "section", "header", "footer"})
LISTS = frozenset({"ul", "ol"})
UNSEEN = frozenset({"style", "script", "title", "head"})
# How deep quotations and lists are indented: each line of a deeper one would begin with more than it says.
DEEPEST = 8


def text_of(html: str) -> str:
    """Return the text of a template's HTML; what is filled in, and its conditions, stay where they are.

    Raises ``ContentError`` for a tag or comment that is not closed.
    """
    parts = Parts(html)
    writer = _Writer(parts)
    for piece in pieces(parts.markup):
        writer.read(piece)
    return parts.restored_text(writer.written())


class _Writer:
    """Writes blocks, each followed by an empty line: one that a condition leaves out leaves no gap."""

    def __init__(self, parts: Parts) -> None:
        self._parts = parts
        self._out: list[str] = []
        self._line: list[str] = []
        self._blank = True  # nothing but white space stands in the line
        self._lists: list[int | None] = []  # the number of the last point; None: without numbers
        self._item = False
        self._quotes = 0
        self._unseen = 0
        self._link: tuple[str, int] | None = None  # where it leads, and where its words begin

    def read(self, piece: Piece) -> None:
        """Write the next piece."""
        if piece.kind is Kind.START:
            self._begin(piece)
        elif piece.kind is Kind.END:
            self._end(piece.name)
        elif piece.kind is Kind.TEXT and not self._unseen:
            self._say(piece.source)

    def written(self) -> str:
        """Return everything, with one line end at the end."""
        self._end_block()
        return "".join(self._out).strip() + "\n"

    def _begin(self, piece: Piece) -> None:
        if piece.name in UNSEEN:
            self._unseen += 1
        elif piece.name in BLOCKS | LISTS | {"li", "blockquote", "hr"}:
            self._end_block()
            self._begin_block(piece.name)
        else:
            self._begin_inside(piece)

    def _begin_block(self, tag: str) -> None:
        if tag in LISTS:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item = True
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "hr":
            self._out.append("---\n\n")

    def _begin_inside(self, piece: Piece) -> None:
        if piece.name == "br":
            self._write("\n")
        elif piece.name == "img":
            self._write(_value(piece, "alt"))
        elif piece.name == "a":
            self._end_link()  # a link ends where another begins
            self._link = (_value(piece, "href"), len(self._line))
        elif piece.name in ("td", "th") and self._line:
            self._write(" ")

    def _end(self, name: str) -> None:
        if name in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif name in LISTS and self._lists:
            self._end_block()
            self._lists.pop()
            if not self._lists:
                self._out.append("\n")
        elif name == "blockquote":
            self._end_block()
            self._quotes = max(self._quotes - 1, 0)
        elif name in BLOCKS or name == "li":
            self._end_block()
        elif name == "a":
            self._end_link()

    def _say(self, source: str) -> None:
        if self._blank and self._parts.is_condition(source):
            self._out.append(source.strip())  # between blocks: a condition for whole blocks
        else:
            self._write(unescaped(source).replace("\n", " "))

    def _write(self, text: str) -> None:
        self._line.append(text)
        self._blank = self._blank and not text.strip()

    def _end_link(self) -> None:
        if self._link is None:
            return
        (leads_to, begin), self._link = self._link, None
        words = " ".join("".join(self._line[begin:]).split())
        del self._line[begin:]
        bare = leads_to.removeprefix("mailto:")
        self._write(words if words in (leads_to, bare) or not leads_to else f"{words}: {bare}".lstrip(": "))

    def _end_block(self) -> None:
        said = "".join(self._line)
        self._line, self._blank = [], True
        lines = [" ".join(line.split()) for line in said.split("\n")]
        while lines and not lines[-1]:
            lines.pop()
        if not any(lines):
            return
        first, further = self._indents()
        wrapped = [
            textwrap.fill(
                line,
                WIDTH,
                initial_indent=further if number else first,
                subsequent_indent=further,
                break_long_words=False,
                break_on_hyphens=False,
            )
            for number, line in enumerate(lines)
        ]
        self._out.append("\n".join(wrapped) + ("\n" if self._lists else "\n\n"))

    def _indents(self) -> tuple[str, str]:
        quoted = "> " * min(self._quotes, DEEPEST)
        if not self._lists:
            return quoted, quoted
        outer = quoted + "  " * (min(len(self._lists), DEEPEST) - 1)
        if not self._item:
            return f"{outer}  ", f"{outer}  "
        self._item = False
        last = self._lists[-1]
        if last is None:
            return f"{outer}- ", f"{outer}  "
        self._lists[-1] = last + 1
        return f"{outer}{last + 1}. ", f"{outer}   "


def _value(piece: Piece, name: str) -> str:
    """Return what an attribute of a tag says, or the empty text."""
    return next((unescaped(one.value) for one in piece.attributes() if one.name == name), "")
