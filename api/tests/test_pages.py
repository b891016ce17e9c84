import base64
import json
import random
import uuid
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.db import connection, models

from api.cursors import Cursor, read_cursor
from api.exceptions import InvalidInput
from api.ordering import Ordering, Sort, ordering_names, sort_named
from api.pages import estimated_count, keyset_page
from api.renderers import json_bytes
from api.representation import Representation
from api.tests.library import BookViewSet
from api.tests.models import Author, Book, Copy

ORDERINGS = BookViewSet.orderings
TITLES = Representation.of({"title": "title"})
BIG = 10**30


def encoded(value: Any) -> str:
    return base64.urlsafe_b64encode(json_bytes(value)).decode()


def make_books(number: int = 25) -> None:
    """Make books in random order, many with equal keys."""
    chance = random.Random(7)  # noqa: S311  # test data
    Book.objects.bulk_create(
        Book(
            title=chance.choice(["éa", "Bee", "bee", "Zed", "ça"]) + str(index // 5),
            pages=chance.choice([1, 2, 3]),
            price=Decimal(index // 4) / 2,
            weight=index % 3 / 10,
            printed_on=date(2000, 1, 1 + index % 3),
            published_at=datetime(2026, 1, 1 + index % 5, microsecond=123456, tzinfo=UTC),
            genre=chance.choice(["novel", "essay"]),
        )
        for index in range(number)
    )


def walk(sort: Sort, *, limit: int, backwards: bool = False) -> list[Any]:
    """Return all ids by following the cursors from one end to the other."""
    found: list[Any] = []
    page = keyset_page(Book.objects.all(), sort, limit=limit)
    while True:
        ids = [book.pk for book in page.rows]
        found = ids + found if backwards else found + ids
        cursor = page.previous if backwards else page.next
        if cursor is None:
            return found
        page = keyset_page(Book.objects.all(), sort, limit=limit, cursor=str(cursor))


@pytest.mark.django_db
@pytest.mark.parametrize("name", ordering_names(ORDERINGS))
def test_pages_show_every_row_once_in_order(name: str) -> None:
    make_books()
    sort = sort_named(name, ORDERINGS)

    expected = list(Book.objects.order_by(*sort.order_by()).values_list("pk", flat=True))

    assert walk(sort, limit=4) == expected


@pytest.mark.django_db
@pytest.mark.parametrize("name", ["title", "-title", "pages", "-pages"])
def test_pages_backwards_show_the_same_rows(name: str) -> None:
    make_books(9)
    sort = sort_named(name, ORDERINGS)
    first = keyset_page(Book.objects.all(), sort, limit=4)
    second = keyset_page(Book.objects.all(), sort, limit=4, cursor=str(first.next))
    last = keyset_page(Book.objects.all(), sort, limit=4, cursor=str(second.next))

    back = keyset_page(Book.objects.all(), sort, limit=4, cursor=str(last.previous))
    start = keyset_page(Book.objects.all(), sort, limit=4, cursor=str(back.previous))

    assert (back.rows, start.rows) == (second.rows, first.rows)
    assert (last.next, start.previous, str(start.next)) == (None, None, str(first.next))


@pytest.mark.django_db
def test_rows_that_come_and_go_shift_nothing() -> None:
    for title in "bdfhj":
        Book.objects.create(title=title)
    sort = sort_named("title", ORDERINGS)
    page = keyset_page(Book.objects.all(), sort, limit=2, representation=TITLES)
    Book.objects.create(title="a")
    Book.objects.create(title="g")
    Book.objects.filter(title="d").delete()

    following = keyset_page(Book.objects.all(), sort, limit=9, cursor=str(page.next), representation=TITLES)

    assert [row["title"] for row in page.rows + following.rows] == ["b", "d", "f", "g", "h", "j"]


@pytest.mark.django_db
def test_empty_page_leads_back_to_the_rows_it_came_from() -> None:
    for title in "abc":
        Book.objects.create(title=title)
    sort = sort_named("title", ORDERINGS)
    first = keyset_page(Book.objects.all(), sort, limit=2)
    second = keyset_page(Book.objects.all(), sort, limit=2, cursor=str(first.next))
    Book.objects.filter(title="c").delete()
    empty = keyset_page(Book.objects.all(), sort, limit=2, cursor=str(first.next))
    Book.objects.filter(title="a").delete()
    at_start = keyset_page(Book.objects.all(), sort, limit=2, cursor=str(empty.previous))

    assert [book.title for book in second.rows] == ["c"]
    assert (empty.rows, empty.next) == ([], None)
    assert [book.title for book in at_start.rows] == ["b"]


@pytest.mark.django_db
def test_empty_page_backwards_leads_forward_again() -> None:
    for title in "abc":
        Book.objects.create(title=title)
    sort = sort_named("title", ORDERINGS)
    first = keyset_page(Book.objects.all(), sort, limit=1)
    second = keyset_page(Book.objects.all(), sort, limit=1, cursor=str(first.next))
    Book.objects.filter(title="a").delete()
    empty = keyset_page(Book.objects.all(), sort, limit=1, cursor=str(second.previous))

    again = keyset_page(Book.objects.all(), sort, limit=1, cursor=str(empty.next))

    assert (empty.rows, empty.previous, again.rows) == ([], None, second.rows)


@pytest.mark.django_db
def test_page_of_nothing_has_no_neighbours() -> None:
    page = keyset_page(Book.objects.none(), sort_named("title", ORDERINGS), limit=2)

    assert (page.rows, page.next, page.previous) == ([], None, None)


@pytest.mark.django_db
def test_page_is_one_query_by_row_comparison_on_the_index(django_assert_num_queries: Any) -> None:
    make_books(30)
    sort = sort_named("-title", ORDERINGS)
    first = keyset_page(Book.objects.all(), sort, limit=2)

    with django_assert_num_queries(1) as queries:
        keyset_page(Book.objects.all(), sort, limit=2, cursor=str(first.next))
    with connection.cursor() as cursor:
        cursor.execute("SET LOCAL enable_seqscan = off")
        cursor.execute(f"EXPLAIN {queries[0]['sql']}")
        plan = "\n".join(line for (line,) in cursor.fetchall())

    assert "Index Scan Backward using api_tests_title" in plan
    assert "Index Cond: (ROW(" in plan
    assert "Sort" not in plan


@pytest.mark.django_db
def test_pages_of_integer_keys() -> None:
    book = Book.objects.create(title="a")
    Copy.objects.bulk_create(Copy(book=book, shelf="x") for _number in range(3))
    sort = sort_named("shelf", {"shelf": Ordering("shelf")})
    first = keyset_page(Copy.objects.all(), sort, limit=2)

    second = keyset_page(Copy.objects.all(), sort, limit=2, cursor=str(first.next))

    assert [copy.pk for copy in first.rows + second.rows] == sorted(Copy.objects.values_list("pk", flat=True))


@pytest.mark.django_db
def test_null_key_is_refused_loudly() -> None:
    Book.objects.create(title="a")
    Book.objects.create(title="b")

    with pytest.raises(ImproperlyConfigured, match="null key"):
        keyset_page(Book.objects.all(), sort_named("isbn", {"isbn": Ordering("isbn")}), limit=1)


def test_cursor_of_a_boolean_is_a_mistake_of_ours() -> None:
    with pytest.raises(ImproperlyConfigured, match="BooleanField"):
        read_cursor(str(Cursor("hidden", "after", 1, 1)), "hidden", models.BooleanField(), models.UUIDField())


@pytest.mark.parametrize(
    ("ordering", "key"),
    [
        ("title", 5),
        ("title", "a\0"),
        ("title", "\ud800"),
        ("title", None),
        ("title", {"a": 1}),
        ("pages", "5"),
        ("pages", True),
        ("pages", BIG),
        ("pages", 1.5),
        ("price", "NaN"),
        ("price", "ten"),
        ("price", 5),
        ("weight", "1"),
        ("weight", True),
        ("printed_on", "2026-02-30"),
        ("published_at", "2026-01-01T00:00:00"),
        ("published_at", "0001-01-01T00:00:00+14:00"),
        ("published_at", 0),
        ("id", "not-a-uuid"),
        ("id", 7),
    ],
)
def test_cursor_with_a_key_of_another_type_is_refused(ordering: str, key: Any) -> None:
    text = base64.urlsafe_b64encode(json.dumps([ordering, "after", key, str(uuid.UUID(int=1))]).encode()).decode()

    with pytest.raises(InvalidInput, match="not a cursor") as caught:
        keyset_page(Book.objects.all(), sort_named(ordering, ORDERINGS), limit=1, cursor=text)

    assert caught.value.faults[0].path == ("cursor",)


@pytest.mark.parametrize(
    "text",
    [
        "%",
        "é",
        "AAAA",
        "bnVsbA",
        "A" * 5000,
        encoded({}),
        encoded(["title", "after", "a"]),
        encoded(["title", "sideways", "a", str(uuid.UUID(int=1))]),
        encoded(["title", ["after"], "a", str(uuid.UUID(int=1))]),
        encoded(["title", "after", "a", 5]),
        encoded([["title"], "after", "a", str(uuid.UUID(int=1))])[:-3],
    ],
)
def test_garbage_is_no_cursor(text: str) -> None:
    with pytest.raises(InvalidInput, match="not a cursor"):
        keyset_page(Book.objects.all(), sort_named("title", ORDERINGS), limit=1, cursor=text)


@pytest.mark.parametrize("name", ["pages", "-title", ["title"], 5])
def test_cursor_of_another_ordering_is_refused(name: Any) -> None:
    text = encoded([name, "after", 5, str(uuid.UUID(int=1))])

    with pytest.raises(InvalidInput, match="another ordering"):
        keyset_page(Book.objects.all(), sort_named("title", ORDERINGS), limit=1, cursor=text)


@pytest.mark.django_db
def test_tampered_cursor_of_the_right_types_is_merely_another_place() -> None:
    Book.objects.create(title="a")
    text = encoded(["pages", "after", -(2**63) + 1, str(uuid.UUID(int=0))])

    assert len(keyset_page(Book.objects.all(), sort_named("pages", ORDERINGS), limit=1, cursor=text).rows) == 1


def test_unknown_ordering_lists_the_possible_ones() -> None:
    with pytest.raises(InvalidInput, match=r"Did you mean “pages”.*Possible: genre, id, pages,"):
        sort_named("-page", ORDERINGS)


@pytest.mark.django_db
def test_estimated_count_asks_the_planner() -> None:
    Author.objects.bulk_create(Author(name=str(number)) for number in range(300))
    with connection.cursor() as cursor:
        cursor.execute("ANALYZE api_tests_author")

    assert estimated_count(Author.objects.order_by("name")) == 300


def test_estimated_count_of_nothing_is_zero() -> None:
    assert estimated_count(Book.objects.none()) == 0
