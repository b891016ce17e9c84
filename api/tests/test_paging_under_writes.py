"""Paging through many rows while another connection adds and removes some: nothing twice, nothing lost.

With PROVE=1 in the environment at full size.
"""

import os
import random
import threading
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from api.tests.models import Book

pytestmark = [
    pytest.mark.django_db(transaction=True),
    pytest.mark.urls("api.tests.urls"),
    pytest.mark.database,
    pytest.mark.no_cover,
]
FULL = bool(os.environ.get("PROVE"))
ROWS = 100_000 if FULL else 5_000
CHANGES = 5_000 if FULL else 200


@pytest.mark.parametrize("ordering", ["title", "-pages"])
def test_rows_that_come_and_go_while_all_are_paged(client: APIClient, ordering: str) -> None:
    chance = random.Random(11)  # noqa: S311  # test data
    books = Book.objects.bulk_create(
        Book(title=f"{chance.randrange(5_000)}", pages=chance.randrange(1, 50)) for _number in range(ROWS)
    )
    leaving = [book.pk for book in chance.sample(books, CHANGES // 2)]
    page_begins = threading.Semaphore(0)

    def come_and_go() -> None:
        """Add two rows and remove two for each page, while it is being read."""
        try:
            for number, key in enumerate(leaving):
                if number % 2 == 0:
                    page_begins.acquire()
                Book.objects.create(title=f"{chance.randrange(5_000)}", pages=chance.randrange(1, 50))
                Book.objects.filter(pk=key).delete()
        finally:
            connection.close()

    thread = threading.Thread(target=come_and_go)
    thread.start()
    seen: list[str] = []
    address: Any = f"/api/v1/books/?limit=50&ordering={ordering}"
    while address is not None:
        page_begins.release()
        page = client.get(address).json()
        seen += [row["id"] for row in page["results"]]
        address = page["next"]
    page_begins.release(CHANGES)  # should the pages have ended early, so that the test fails and does not wait
    thread.join()

    stayed = {str(book.pk) for book in books} - {str(key) for key in leaving}
    assert len(seen) == len({*seen})
    assert stayed <= {*seen}
    assert not Book.objects.filter(pk__in=leaving).exists()
