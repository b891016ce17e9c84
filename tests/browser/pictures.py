"""Pictures of pages, small enough to be kept with the source."""

from io import BytesIO
from pathlib import Path

from PIL import Image

COLOURS = 128


def save_small(png: bytes, path: Path) -> None:
    """Write a picture with a palette: a third of the bytes, and nobody sees a difference on flat colours."""
    picture = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)
