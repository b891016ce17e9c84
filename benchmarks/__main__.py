"""``python -m benchmarks``: what ``make bench`` runs."""

import argparse
import os
import sys
from pathlib import Path

DOCUMENT = Path("docs/benchmarks.md")
BAD_ARGUMENTS = 2


def main() -> int:
    """Run the rows asked for and print the table; ``--write`` writes it to the docs too, where other rows stay.

    Return 1 where a ratio is worse than any size and machine can explain, and 2 for a row that there is not. A target
    that is missed is said in the table.
    """
    options = _options()
    os.environ["BENCH_SCALE"] = options.scale
    os.environ["DJANGO_SETTINGS_MODULE"] = "benchmarks.settings"
    import django

    django.setup()
    from benchmarks.run import ROWS, run
    from crm_project import embedded

    if unknown := [name for name in options.rows or () if name not in ROWS]:
        print(f"--rows: there is no {', '.join(map(repr, unknown))}, only {', '.join(ROWS)}.", file=sys.stderr)  # noqa: T201  # a command's output
        return BAD_ARGUMENTS
    before = DOCUMENT.read_text(encoding="utf-8") if options.write and options.rows else ""
    idle = [server for server in embedded.servers() if server.process() is None]
    try:
        document, senseless = run(options.scale, options.rows, keep=options.keep, before=before)
    finally:
        for server in idle:  # those that others use go on
            server.stop()
    print(document)  # noqa: T201  # a command's output
    if options.write:
        DOCUMENT.write_text(document, encoding="utf-8")
    for comparison in senseless:
        print(f"Out of all proportion: {comparison}", file=sys.stderr)  # noqa: T201  # a command's output
    return 1 if senseless else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(prog="python -m benchmarks", description=__doc__)
    parser.add_argument("--scale", choices=["small", "medium", "full"], default="full")
    parser.add_argument("--rows", help="such as P1,P6; all of them when left out", type=lambda text: text.split(","))
    parser.add_argument("--keep", action="store_true", help="use the seeded database again and leave it there")
    parser.add_argument("--write", action="store_true", help=f"write the table to {DOCUMENT}")
    return parser.parse_args()


if __name__ == "__main__":
    sys.exit(main())
