"""Rows in batches of bounded size, prepared beside the storing of the ones before."""

from collections.abc import Iterable, Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from django.utils import translation

from users.imports.sources import SourceRow

T = TypeVar("T")
BATCH_CHARACTERS = 8_000_000  # rows with long texts make smaller batches, so that memory stays flat


def batches(source_rows: Iterable[SourceRow], most_rows: int) -> Iterator[list[SourceRow]]:
    """Yield rows in lists of at most ``most_rows``, and of hardly more than eight million characters."""
    rows: list[SourceRow] = []
    characters = 0
    for row in source_rows:
        rows.append(row)
        characters += sum(map(len, row.cells))
        if len(rows) >= most_rows or characters >= BATCH_CHARACTERS:
            yield rows
            rows, characters = [], 0
    if rows:
        yield rows


def _next(items: Iterator[T], language: str | None) -> tuple[T] | None:
    """Return the next item in a tuple, None after the last."""
    with translation.override(language):
        return next(((item,) for item in items), None)


def read_ahead(items: Iterator[T]) -> Iterator[T]:
    """Yield items, making the next one in a thread while the caller, who waits for the database, has the last.

    The thread gets no database connection, and speaks the caller's language. What it raises is raised here.
    """
    language = translation.get_language()  # a thread has its own
    with ThreadPoolExecutor(max_workers=1, thread_name_prefix="import") as reader:
        coming = reader.submit(_next, items, language)
        while item := coming.result():
            coming = reader.submit(_next, items, language)
            yield item[0]
