"""Segments as commands name them."""

from users.models import Segment


def segment_named(name: str) -> Segment:
    """Return the segment of this name, without regard to case and accents. Raises ``ValueError`` for a name of none."""
    found = None if "\0" in name else Segment.objects.all().named(name).first()
    if found is None:
        raise ValueError(f"--segment: no segment is called {name!r}. The command segments lists those there are.")
    return found
