"""What a template fills in, kept apart from its markup while that is read as HTML."""

import re

FILLED_IN = re.compile(r"\{\{.*?\}\}|\{%.*?%\}|\{#.*?#\}", re.DOTALL)
# Letters of Unicode's private use, which no mail has: a place is named by its number between the two.
BEGIN, END = "\ue000", "\ue001"
PLACE = re.compile(f"{BEGIN}(\\d+){END}")


class Parts:
    """Markup of a template without what is filled in: places stand for that."""

    def __init__(self, source: str) -> None:
        self._filled: list[str] = []
        self.markup = FILLED_IN.sub(self._kept, source.replace(BEGIN, "").replace(END, ""))

    def _kept(self, found: re.Match[str]) -> str:
        self._filled.append(found.group())
        return f"{BEGIN}{len(self._filled) - 1}{END}"

    def restored(self, markup: str) -> str:
        """Return ``markup``, which was made of this one, with what is filled in."""
        return PLACE.sub(lambda place: self._filled[int(place.group(1))], markup)

    def is_condition(self, text: str) -> bool:
        """Tell whether ``text`` is nothing but statements and white space."""
        left = PLACE.sub(lambda place: "" if self._filled[int(place.group(1))].startswith("{%") else "x", text)
        return not left.strip() and bool(text.strip())
