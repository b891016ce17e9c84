"""The plain text of a mail that was written as HTML: headings, paragraphs, lists, quotations, links."""

import textwrap
from html.parser import HTMLParser

from mailing.markup_parts import Parts

WIDTH = 76
BLOCKS = frozenset({"p", "h1", "h2", "h3", "h4", "h5", "h6", "div", "table", "tr", "section", "header", "footer"})
LISTS = frozenset({"ul", "ol"})
UNSEEN = frozenset({"style", "script", "title", "head"})


def text_of(html: str) -> str:
    """Return the text of a template's HTML; what is filled in, and its conditions, stay where they are."""
    parts = Parts(html)
    writer = _Writer(parts)
    writer.feed(parts.markup)
    writer.close()
    return parts.restored(writer.written())


class _Writer(HTMLParser):
    """Writes blocks, each followed by an empty line: one that a condition leaves out leaves no gap."""

    def __init__(self, parts: Parts) -> None:
        super().__init__(convert_charrefs=True)
        self._parts = parts
        self._out: list[str] = []
        self._line: list[str] = []
        self._lists: list[int | None] = []  # the number of the last point; None: without numbers
        self._item = False
        self._quotes = 0
        self._unseen = 0
        self._links: list[tuple[str, int]] = []  # where it leads, and where its words begin

    def written(self) -> str:
        """Return everything, with one line end at the end."""
        self._end_block()
        return "".join(self._out).strip() + "\n"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        if tag in UNSEEN:
            self._unseen += 1
        elif tag in BLOCKS | LISTS | {"li", "blockquote", "hr"}:
            self._end_block()
            self._begin_block(tag)
        else:
            self._begin_inside(tag, dict(attrs))

    def _begin_block(self, tag: str) -> None:
        if tag in LISTS:
            self._lists.append(0 if tag == "ol" else None)
        elif tag == "li":
            self._item = True
        elif tag == "blockquote":
            self._quotes += 1
        elif tag == "hr":
            self._out.append("---\n\n")

    def _begin_inside(self, tag: str, attributes: dict[str, str | None]) -> None:
        if tag == "br":
            self._line.append("\n")
        elif tag == "img":
            self._line.append(attributes.get("alt") or "")
        elif tag == "a":
            self._links.append((attributes.get("href") or "", len(self._line)))
        elif tag in ("td", "th") and self._line:
            self._line.append(" ")

    def handle_endtag(self, tag: str) -> None:
        if tag in UNSEEN:
            self._unseen = max(self._unseen - 1, 0)
        elif tag in LISTS and self._lists:
            self._end_block()
            self._lists.pop()
            if not self._lists:
                self._out.append("\n")
        elif tag == "blockquote":
            self._end_block()
            self._quotes = max(self._quotes - 1, 0)
        elif tag in BLOCKS or tag == "li":
            self._end_block()
        elif tag == "a" and self._links:
            self._end_link(*self._links.pop())

    def handle_data(self, data: str) -> None:
        if self._unseen:
            return
        if not "".join(self._line).strip() and self._parts.is_condition(data):
            self._out.append(data.strip())  # between blocks: a condition for whole blocks
        else:
            self._line.append(data.replace("\n", " "))

    def _end_link(self, leads_to: str, begin: int) -> None:
        words = " ".join("".join(self._line[begin:]).split())
        del self._line[begin:]
        bare = leads_to.removeprefix("mailto:")
        self._line.append(words if words in (leads_to, bare) or not leads_to else f"{words}: {bare}".lstrip(": "))

    def _end_block(self) -> None:
        said = "".join(self._line)
        self._line = []
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
        quoted = "> " * self._quotes
        if not self._lists:
            return quoted, quoted
        outer = quoted + "  " * (len(self._lists) - 1)
        if not self._item:
            return f"{outer}  ", f"{outer}  "
        self._item = False
        last = self._lists[-1]
        if last is None:
            return f"{outer}- ", f"{outer}  "
        self._lists[-1] = last + 1
        return f"{outer}{last + 1}. ", f"{outer}   "
