import uuid
from datetime import datetime, timedelta, timezone
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from django.db.models import F, Q
from rest_framework.test import APIClient

from api import ranking
from api.identifiers import find
from api.tests.library import BookViewSet
from api.tests.models import Author, Book, Copy
from api.views import CreateMixin, DestroyMixin, UpdateMixin

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"


def titles(response: Any) -> list[str]:
    return [row["title"] for row in response.json()["results"]]


def test_list_and_object_show_the_same(client: APIClient) -> None:
    published = datetime(2026, 3, 1, 18, 30, 0, 500000, tzinfo=timezone(timedelta(hours=2)))
    author = Author.objects.create(name="Jane")
    book = Book.objects.create(title="Emma", author=author, price="9.50", published_at=published)
    Copy.objects.create(book=book, shelf="A")

    listed = client.get(URL).json()["results"][0]
    shown = client.get(f"{URL}{book.pk}/").json()

    assert listed == shown
    assert shown == {
        "id": str(book.pk),
        "external_id": None,
        "title": "Emma",
        "isbn": None,
        "genre": "novel",
        "pages": 1,
        "price": "9.50",
        "published_at": "2026-03-01T16:30:00.5+00:00",
        "author_id": author.pk,
        "author_name": "Jane",
        "copies": 1,
    }


@pytest.mark.parametrize("number", [1, 3])
def test_list_asks_one_query_for_any_number_of_rows(
    client: APIClient, number: int, django_assert_num_queries: Any
) -> None:
    for index in range(number):
        Book.objects.create(title=str(index))

    with django_assert_num_queries(1):
        client.get(URL)


def test_trailing_slash_is_optional(client: APIClient) -> None:
    book = Book.objects.create(title="Emma")

    answers = [client.get(url) for url in ("/api/v1/books", f"{URL}{book.pk}", f"{URL}{book.pk}/")]
    posted = client.post("/api/v1/books/filter", {})

    assert [answer.status_code for answer in (*answers, posted)] == [200, 200, 200, 200]


def test_links_lead_through_the_list_and_back(client: APIClient) -> None:
    for title in "abcde":
        Book.objects.create(title=title)

    first = client.get(f"{URL}?limit=2&ordering=-title&genre=novel").json()
    second = client.get(first["next"]).json()
    back = client.get(second["previous"]).json()

    assert [row["title"] for row in second["results"]] == ["c", "b"]
    assert back["results"] == first["results"]
    assert (first["previous"], back["previous"]) == (None, None)
    assert first["next"].startswith("http://testserver/api/v1/books/?")
    assert parse_qs(urlsplit(first["next"]).query).keys() == {"limit", "ordering", "genre", "cursor"}


@pytest.mark.parametrize(
    ("query", "parameter"),
    [
        ("limit=0", "limit"),
        ("limit=201", "limit"),
        ("limit=-1", "limit"),
        ("limit=ten", "limit"),
        ("limit=٣", "limit"),
        ("limit=9999999999999999999999", "limit"),
        ("limit=1&limit=2", "limit"),
        ("count=all", "count"),
        ("ordering=colour", "ordering"),
        ("ordering=--title", "ordering"),
        ("cursor=nonsense", "cursor"),
        ("q=a&cursor=nonsense", "cursor"),
        ("colour=red", "colour"),
        ("min_pages=x", "min_pages"),
    ],
)
def test_faulty_parameter_is_a_400_that_names_it(client: APIClient, query: str, parameter: str) -> None:
    response = client.get(f"{URL}?{query}")

    assert response.status_code == 400
    assert [error["parameter"] for error in response.json()["errors"]] == [parameter]


@pytest.mark.parametrize(("query", "count"), [("", None), ("count=exact", 3), ("count=exact&limit=1&q=a", 1)])
def test_count_is_told_when_asked_for(client: APIClient, query: str, count: int | None) -> None:
    for title in "abc":
        Book.objects.create(title=title)

    assert client.get(f"{URL}?{query}").json().get("count") == count


def test_count_may_be_estimated(client: APIClient) -> None:
    assert isinstance(client.get(f"{URL}?count=estimate").json()["count"], int)


def test_search_is_ordered_by_rank_without_cursors(client: APIClient) -> None:
    Book.objects.create(title="ab", pages=1)
    Book.objects.create(title="abc", pages=3)
    Book.objects.create(title="abcd", pages=2)

    ranked = client.get(f"{URL}?q=ab&limit=2")
    ordered = client.get(f"{URL}?q=ab&limit=2&ordering=title")

    assert titles(ranked) == ["abc", "abcd"]
    assert (ranked.json()["next"], ranked.json()["previous"]) == (None, None)
    assert titles(ordered) == ["ab", "abc"]
    assert ordered.json()["next"] is not None


def test_search_ranks_the_first_of_each_tier(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "RANKED_AT_MOST", 2)
    for title in ("xab", "yab", "zab", "ab"):
        Book.objects.create(title=title, pages=5)

    answer = client.get(f"{URL}?q=ab&count=exact")

    assert (sorted(titles(answer)), answer.json()["count"]) == (["ab", "xab", "yab"], 4)


def test_filter_by_body_pages_with_bare_cursors(client: APIClient) -> None:
    for title in "abcd":
        Book.objects.create(title=title, pages=5)
    Book.objects.create(title="e", pages=1)
    body = {"filter": {"min_pages": 2}, "ordering": "-title", "limit": 3, "count": "exact"}

    first = client.post(f"{URL}filter/", body)
    second = client.post(f"{URL}filter/", {**body, "cursor": first.json()["next"]})
    back = client.post(f"{URL}filter/", {**body, "cursor": second.json()["previous"]})

    assert (titles(first), titles(second), titles(back)) == (["d", "c", "b"], ["a"], ["d", "c", "b"])
    assert (first.json()["count"], first.json()["previous"], second.json()["next"]) == (4, None, None)
    assert "/" not in first.json()["next"]


def test_filter_by_body_searches_by_rank(client: APIClient) -> None:
    Book.objects.create(title="ab", pages=1)
    Book.objects.create(title="abc", pages=3)

    assert titles(client.post(f"{URL}filter/", {"filter": {"q": "ab"}})) == ["abc", "ab"]


@pytest.mark.parametrize(
    ("body", "pointer"),
    [
        ({"filter": {"colour": "red"}}, "/filter/colour"),
        ({"filter": {"or": [{}, {"min_pages": "x"}]}}, "/filter/or/1/min_pages"),
        ({"filter": []}, "/filter"),
        ({"filter": None}, "/filter"),
        ({"filters": {}}, "/filters"),
        ({"limit": 0}, "/limit"),
        ({"limit": "many"}, "/limit"),
        ({"count": "all"}, "/count"),
        ({"ordering": "colour"}, "/ordering"),
        ({"cursor": "nonsense"}, "/cursor"),
        ([], ""),
        ("text", ""),
    ],
)
def test_faulty_body_is_a_400_that_points(client: APIClient, body: Any, pointer: str) -> None:
    response = client.post(f"{URL}filter/", body)

    assert response.status_code == 400
    assert [error["pointer"] for error in response.json()["errors"]] == [pointer]


@pytest.mark.parametrize("identifier", ["E-1", "é 1"])
def test_object_is_found_by_external_id(client: APIClient, identifier: str) -> None:
    Book.objects.create(title="Emma", external_id=identifier)

    assert client.get(f"{URL}{identifier}/").json()["title"] == "Emma"


@pytest.mark.parametrize("identifier", [str(uuid.UUID(int=5)), "nothing", "a%00b", "%ff", "9" * 50, "copies.json"])
@pytest.mark.parametrize("method", ["get", "put", "patch", "delete"])
def test_unknown_object_is_a_404(client: APIClient, identifier: str, method: str) -> None:
    response = getattr(client, method)(f"{URL}{identifier}/")

    assert (response.status_code, response["Content-Type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(("identifier", "status"), [("{pk}", 200), ("0", 404), ("x", 404), ("9" * 30, 404)])
def test_object_with_integer_key_is_found_by_it(client: APIClient, identifier: str, status: int) -> None:
    copy = Copy.objects.create(book=Book.objects.create(title="Emma"), shelf="A")

    response = client.get(f"/api/v1/copies/{identifier.format(pk=copy.pk)}/")

    assert response.status_code == status


def test_rows_are_completed_in_lists_and_objects(client: APIClient) -> None:
    copy = Copy.objects.create(book=Book.objects.create(title="Emma"), shelf="A")

    listed = client.get("/api/v1/copies/?ordering=id").json()["results"]
    shown = client.get(f"/api/v1/copies/{copy.pk}").json()

    assert listed == [shown]
    assert shown == {"id": copy.pk, "book_title": "Emma", "shelf": "A", "number": 1}


def test_create_answers_with_what_is_stored(client: APIClient) -> None:
    author = Author.objects.create(name="Jane")

    response = client.post(URL, {"title": "Emma", "pages": 5, "author_id": author.pk, "copies": 7, "note": "x"})

    book = Book.objects.get()
    assert response.status_code == 201
    assert response.json() == client.get(f"{URL}{book.pk}/").json()
    assert (book.title, book.author) == ("Emma", author)


@pytest.mark.parametrize("method", ["put", "patch"])
def test_put_and_patch_change_only_what_is_sent(client: APIClient, method: str) -> None:
    book = Book.objects.create(title="Emma", pages=5, isbn="1")

    response = getattr(client, method)(f"{URL}{book.pk}/", {"title": "Persuasion", "id": "ignored"})

    book.refresh_from_db()
    assert (response.status_code, response.json()["title"]) == (200, "Persuasion")
    assert (book.title, book.pages, book.isbn) == ("Persuasion", 5, "1")


def test_delete_is_a_204_and_then_a_404(client: APIClient) -> None:
    url = f"{URL}{Book.objects.create(title='Emma').pk}/"

    first, second = client.delete(url), client.delete(url)

    assert (first.status_code, first.content, second.status_code) == (204, b"", 404)


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
def test_object_that_may_only_be_seen_is_a_403(client: APIClient, method: str) -> None:
    book = Book.objects.create(title="Emma", locked=True)

    assert getattr(client, method)(f"{URL}{book.pk}/", {"title": "x"}).status_code == 403


def test_hidden_object_is_as_if_there_were_none(client: APIClient) -> None:
    book = Book.objects.create(title="Emma", hidden=True)

    answers = [client.get(f"{URL}{book.pk}/"), client.delete(f"{URL}{book.pk}/")]

    assert [answer.status_code for answer in answers] == [404, 404]
    assert client.get(f"{URL}?count=exact").json() == {"count": 0, "next": None, "previous": None, "results": []}


def test_only_staff_may_ask(client: APIClient, django_user_model: Any) -> None:
    client.force_authenticate(django_user_model.objects.create_user("reader@example.com"))

    assert client.get(URL).status_code == 403


def test_browsable_api_shows_lists_objects_and_filters(client: APIClient) -> None:
    book = Book.objects.create(title="Emma")
    browser = {"Accept": "text/html,application/xhtml+xml,*/*;q=0.8"}

    pages = [client.get(url, headers=browser) for url in (URL, f"{URL}?title=emma", f"{URL}{book.pk}/")]

    assert [(page.status_code, page["Content-Type"]) for page in pages] == [(200, "text/html; charset=utf-8")] * 3
    assert all("Emma" in page.content.decode() for page in pages)
    assert 'name="min_pages"' in pages[0].content.decode()


def test_client_that_asks_for_problems_alone_gets_json(client: APIClient) -> None:
    assert client.get(URL, headers={"Accept": "application/problem+json"})["Content-Type"] == "application/json"


@pytest.mark.parametrize("address", ["", "{pk}/", "filter/", "nothing/"])
def test_options_describe_every_address(client: APIClient, address: str) -> None:
    book = Book.objects.create(title="Emma")

    response = client.options(URL + address.format(pk=book.pk))

    assert (response.status_code, response["Content-Type"]) == (200, "application/json")


def test_format_parameter_chooses_json(client: APIClient) -> None:
    response = client.get(f"{URL}?format=json", headers={"Accept": "text/html"})

    assert response["Content-Type"] == "application/json"


def test_writing_is_left_to_the_app() -> None:
    with pytest.raises(NotImplementedError):
        CreateMixin().perform_create(None)  # type: ignore[arg-type]  # never looked at
    with pytest.raises(NotImplementedError):
        UpdateMixin().perform_update(None)  # type: ignore[arg-type]  # as above
    with pytest.raises(NotImplementedError):
        DestroyMixin().perform_destroy(None)


def test_object_that_vanishes_while_it_is_shown_is_a_404(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    book = Book.objects.create(title="Emma")
    monkeypatch.setattr(BookViewSet, "perform_update", lambda self, serializer: self.perform_destroy(book) or Book())

    assert client.patch(f"{URL}{book.pk}/", {"title": "x"}).status_code == 404


def test_find_names_nothing_that_cannot_be() -> None:
    assert find(Copy.objects.filter(~Q(pk=F("pk"))), "x") is None
