"""What a template fills in, kept apart from its markup while that is read as HTML."""

import re
from collections.abc import Iterator

from mailing.rendering import PLAIN

# Letters of Unicode's private use, which no mail has: a place is named by its number between the two.
BEGIN, END = "\ue000", "\ue001"
PLACE = re.compile(f"{BEGIN}(\\d+){END}")
# What shows nothing by itself: statements and comments.
SILENT = frozenset({"block_begin", "comment_begin"})
# Braces that are text, and that Jinja would read as the beginning of something.
BRACES = re.compile(rf"\{{{{2,}}|\{{(?=[%#{BEGIN}])")


class Parts:
    """Markup of a template without what is filled in: places stand for that.

    Raises Jinja's ``TemplateSyntaxError`` where the template cannot be told from its markup.
    """

    def __init__(self, source: str) -> None:
        self._filled: list[str] = []
        self._silent: set[int] = set()
        self.markup = "".join(self._read(without_marks(source)))

    def _read(self, source: str) -> Iterator[str]:
        """Yield the markup as it is, and places: read by Jinja's lexer, so that both always mean the same by it."""
        kind, speech = "", ""
        for _line, sort, value in PLAIN.lex(source):
            if not kind and sort == "data":
                yield value
                continue
            kind, speech = kind or sort, speech + value
            if sort == kind.replace("_begin", "_end"):
                yield self._kept(speech, silent=kind in SILENT)
                kind, speech = "", ""

    def _kept(self, source: str, *, silent: bool = False) -> str:
        place = len(self._filled)
        self._filled.append(source)
        if silent:
            self._silent.add(place)
        return f"{BEGIN}{place}{END}"

    def restored(self, markup: str) -> str:
        """Return ``markup``, which was made of this one, with what is filled in."""
        return PLACE.sub(lambda place: self._filled[int(place.group(1))], markup)

    def restored_text(self, text: str) -> str:
        """Return ``text``, which was made of this markup, with what is filled in; braces of its own remain text."""
        return self.restored(BRACES.sub(lambda braces: self._kept(f"{{{{ '{braces.group()}' }}}}"), text))

    def is_condition(self, text: str) -> bool:
        """Tell whether ``text`` is nothing but statements, comments and white space."""
        left = PLACE.sub(lambda place: "" if int(place.group(1)) in self._silent else "x", text)
        return not left.strip() and bool(text.strip())


def without_marks(text: str) -> str:
    """Return ``text`` without the letters that mark places."""
    return text.replace(BEGIN, "").replace(END, "")
