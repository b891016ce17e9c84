"""How far an import is: a bar with rate and time left on a terminal, a line every few seconds in a log."""

import time
from typing import Protocol, TextIO

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """Is told the line of the file that has been dealt with."""

    def at(self, line: int) -> None:
        """Show that everything up to ``line`` is done."""
        ...

    def close(self) -> None:
        """Show no more."""
        ...


class Silence:
    """Shows nothing, for callers who are no command."""

    def at(self, line: int) -> None:
        """Say nothing."""

    def close(self) -> None:
        """Say nothing."""


class Bar:
    """A bar on a terminal."""

    def __init__(self, out: TextIO, lines: int | None) -> None:
        self._bar = tqdm(total=lines, unit=" lines", file=out, smoothing=0.1)

    def at(self, line: int) -> None:
        """Move the bar to ``line``."""
        self._bar.update(line - self._bar.n)

    def close(self) -> None:
        """Leave the bar as it stands."""
        self._bar.close()


class LogLines:
    """A plain line every few seconds."""

    def __init__(self, out: TextIO, lines: int | None) -> None:
        self._out, self._lines = out, lines
        self._begun = self._said = time.monotonic()
        self._from: int | None = None

    def at(self, line: int) -> None:
        """Say how far the import is, and how long it will take, unless that was said just now."""
        now = time.monotonic()
        if self._from is None:
            self._from = line
        if now - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = now
        rate = (line - self._from) / (now - self._begun)
        of, left = "", ""
        if self._lines:
            of = f" of {self._lines:,}"
            left = f", {max(self._lines - line, 0) / rate:.0f} s left" if rate else ""
        self._out.write(f"line {line:,}{of}, {rate:,.0f} lines/s{left}\n")
        self._out.flush()

    def close(self) -> None:
        """Say nothing: the summary follows."""


def progress_on(out: TextIO, lines: int | None) -> Progress:
    """Return what suits ``out``: a bar on a terminal, lines elsewhere."""
    return Bar(out, lines) if out.isatty() else LogLines(out, lines)
