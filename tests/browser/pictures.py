"""Pictures of pages, small enough to be kept with the source."""

import sys
from io import BytesIO
from pathlib import Path

from PIL import Image

COLOURS = 128


def save_small(png: bytes, path: Path) -> None:
    """Write a picture with a palette: a third of the bytes, and nobody sees a difference on flat colours."""
    picture = Image.open(BytesIO(png)).convert("RGB").quantize(COLOURS, dither=Image.Dither.NONE)
    picture.save(path, optimize=True)


def write_index(folder: Path) -> None:
    """Write the folder's README: each page once as a heading, with its pictures beside each other."""
    names = sorted({path.stem.removesuffix("-wide-light") for path in folder.glob("*-wide-light.png")})
    lines = ["# Every page of the admin", "", "Made by `make screenshots` from the demo's data.", ""]
    for name in names:
        looks = [f"{name}-{size}-{scheme}" for size in ("wide", "narrow") for scheme in ("light", "dark")]
        images = " ".join(f'<img src="{look}.png" alt="{look}" height="320">' for look in looks)
        lines += [f"## {name.replace('-', ' ').capitalize()}", "", images, ""]
    (folder / "README.md").write_text("\n".join(lines), encoding="utf-8")


if __name__ == "__main__":
    write_index(Path(sys.argv[1]))
