"""The register of examples: what the page says is there, done."""

from collections.abc import Callable

from tests.replaces.page import Key
from tests.replaces.scene import Scene

Example = Callable[[Scene], None]
EXAMPLES: dict[Key, Example] = {}


def register(key: Key, run: Example) -> None:
    """Add an example, which asserts that its row is true. Raises ``ValueError`` for a second one of the same row."""
    if key in EXAMPLES:
        raise ValueError(f"Two examples of one row: {key}")
    EXAMPLES[key] = run


def example(kind: str, name: str, *, place: str = "") -> Callable[[Example], Example]:
    """Register the function as the example of one row."""

    def add(run: Example) -> Example:
        register(Key(kind, place, name), run)
        return run

    return add
