"""How far an import is: a bar with rate and time left on a terminal, a line every few seconds in a log."""

import time
from typing import Never, Protocol, TextIO

from tqdm import tqdm

SECONDS_BETWEEN_LINES = 5.0


class Progress(Protocol):
    """Is told the line of the file that has been dealt with, first of all the one from which on it begins."""

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
    """A bar on a terminal, one line drawn over and over, from the first ``line`` that it is told on."""

    def __init__(self, out: TextIO, lines: int | None, unit: str) -> None:
        self._out, self._lines, self._unit = out, lines, unit
        self._bar: tqdm[Never] | None = None

    def at(self, line: int) -> None:
        """Move the bar to ``line``."""
        if self._bar is None:
            self._bar = tqdm(
                initial=line,
                total=self._lines,
                unit=f" {self._unit}",
                file=self._out,
                smoothing=0.1,
                dynamic_ncols=True,
            )
        self._bar.update(line - self._bar.n)

    def close(self) -> None:
        """Leave the bar as it stands."""
        if self._bar is not None:
            self._bar.close()


class LogLines:
    """A plain line every few seconds."""

    def __init__(self, out: TextIO, lines: int | None, unit: str) -> None:
        self._out, self._lines, self._unit = out, lines, unit
        self._from: int | None = None
        self._begun = self._said = 0.0

    def at(self, line: int) -> None:
        """Say how far it is, and how long it will take, unless it has just begun or that was said just now."""
        now = time.monotonic()
        if self._from is None:
            self._from, self._begun, self._said = line, now, now
        if now - self._said < SECONDS_BETWEEN_LINES:
            return
        self._said = now
        rate = (line - self._from) / (now - self._begun)
        of, left = "", ""
        if self._lines:
            of = f" of {self._lines:,}"
            left = f", {max(self._lines - line, 0) / rate:.0f} s left" if rate else ""
        self._out.write(f"{line:,}{of} {self._unit}, {rate:,.0f} {self._unit}/s{left}\n")
        self._out.flush()

    def close(self) -> None:
        """Say nothing: the summary follows."""


def progress_on(out: TextIO, lines: int | None, *, unit: str = "lines") -> Progress:
    """Return what suits ``out``: a bar on a terminal, lines elsewhere. ``out`` may not be a command's styled stream."""
    return Bar(out, lines, unit) if out.isatty() else LogLines(out, lines, unit)
