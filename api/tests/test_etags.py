import threading
import time
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import connection
from rest_framework.test import APIClient

from api.tests.library import BookViewSet
from api.tests.models import Book, Copy

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"


@pytest.fixture
def book(db: None) -> Book:
    book: Book = Book.objects.create(title="Emma", pages=5)
    return book


@pytest.fixture
def address(book: Book) -> str:
    return f"{URL}{book.pk}/"


def test_object_has_the_same_strong_tag_however_it_is_answered(client: APIClient, address: str) -> None:
    made = client.post(URL, {"title": "Persuasion"})

    tags = [client.get(address)["ETag"], client.patch(address, {})["ETag"], client.put(address, {})["ETag"]]

    assert len({*tags}) == 1
    assert tags[0].startswith('"')
    assert made["ETag"] == client.get(f"{URL}{made.json()['id']}/")["ETag"] != tags[0]


def test_tag_changes_with_what_people_edit_and_with_nothing_else(client: APIClient, book: Book, address: str) -> None:
    first = client.get(address)["ETag"]
    Copy.objects.create(book=book, shelf="A")
    counted = client.get(address)
    edited = client.patch(address, {"pages": 6})

    assert (counted.json()["copies"], counted["ETag"]) == (1, first)
    assert edited["ETag"] != first


def test_list_and_object_without_edits_have_no_tag(client: APIClient, book: Book) -> None:
    copy = Copy.objects.create(book=book, shelf="A")

    answers = [client.get(URL), client.get(f"/api/v1/copies/{copy.pk}/")]

    assert ["ETag" in answer for answer in answers] == [False, False]


def test_nothing_is_answered_by_304(client: APIClient, address: str) -> None:
    tag = client.get(address)["ETag"]

    assert client.get(address, headers={"If-None-Match": tag}).status_code == 200


@pytest.mark.parametrize("method", ["put", "patch", "delete"])
@pytest.mark.parametrize(
    ("condition", "holds"),
    [
        ("{tag}", True),
        ("*", True),
        (" * ", True),
        ('"other", {tag}', True),
        ('"a,b" ,, {tag},', True),
        ('"other"', False),
        ('""', False),
        ("W/{tag}", False),
    ],
)
def test_change_is_made_where_the_condition_holds(
    client: APIClient, address: str, method: str, condition: str, *, holds: bool
) -> None:
    tag = client.get(address)["ETag"]

    answer = getattr(client, method)(address, {"title": "x"}, headers={"If-Match": condition.format(tag=tag)})

    assert answer.status_code == ((204 if method == "delete" else 200) if holds else 412)
    assert Book.objects.filter(title="Emma").exists() is not holds


def test_stale_tag_is_a_problem_that_says_what_to_do(client: APIClient, address: str) -> None:
    tag = client.get(address)["ETag"]
    client.patch(address, {"pages": 6})

    answer = client.patch(address, {"pages": 7}, headers={"If-Match": tag})

    assert (answer.status_code, answer["Content-Type"]) == (412, "application/problem+json")
    assert answer.json()["detail"].startswith("This has changed since you read it. Read it again")
    assert Book.objects.get().pages == 6


@pytest.mark.parametrize(
    ("condition", "status"), [(None, 200), ("{tag}", 200), ("*", 200), ('"other"', 412), ("abc", 400)]
)
def test_action_on_one_object_is_done_where_the_condition_holds(
    client: APIClient, address: str, condition: str | None, status: int
) -> None:
    tag = client.get(address)["ETag"]
    headers = {} if condition is None else {"If-Match": condition.format(tag=tag)}

    answer = client.post(f"{address}reprint/", headers=headers)

    assert (answer.status_code, Book.objects.get().pages) == (status, 6 if status == 200 else 5)
    assert (answer["ETag"] not in (None, tag)) if status == 200 else ("ETag" not in answer)


def test_action_that_is_sent_again_is_answered_again_whatever_state_it_left(client: APIClient, address: str) -> None:
    headers = {"If-Match": client.get(address)["ETag"], "Idempotency-Key": "1"}

    first, again = (client.post(f"{address}reprint/", headers=headers) for _attempt in range(2))

    assert (first.status_code, again.status_code, Book.objects.get().pages) == (200, 200, 6)
    assert (again.content, again["Idempotent-Replayed"]) == (first.content, "true")


@pytest.mark.parametrize(
    ("changed", "status"), [({"hidden": True}, 404), ({"locked": True, "title": "Emma"}, 403), ({"title": "x"}, 412)]
)
def test_action_is_for_who_may_do_it_in_any_state(
    client: APIClient, book: Book, address: str, changed: dict[str, Any], status: int
) -> None:
    tag = client.get(address)["ETag"]
    Book.objects.filter(pk=book.pk).update(**changed)

    assert client.post(f"{address}reprint/", headers={"If-Match": tag}).status_code == status
    assert Book.objects.get().pages == 5


def test_condition_of_a_list_is_nobodys(client: APIClient) -> None:
    assert client.post(URL, {"title": "Emma"}, headers={"If-Match": '"x"'}).status_code == 201


@pytest.mark.parametrize("body", [{"pages": 0}, {"unknown": 1}])
def test_state_is_asked_before_the_body_is_read(client: APIClient, address: str, body: dict[str, int]) -> None:
    assert client.patch(address, body, headers={"If-Match": '"other"'}).status_code == 412


@pytest.mark.parametrize("condition", ["", "abc", '"abc', 'abc"', '"a" "b"', '*, "a"', 'w/"a"', ",", '"a b"'])
def test_malformed_condition_is_a_400(client: APIClient, address: str, condition: str) -> None:
    answer = client.patch(address, {"title": "x"}, headers={"If-Match": condition})

    assert (answer.status_code, Book.objects.get().title) == (400, "Emma")


def test_long_malformed_condition_is_refused_at_once(client: APIClient, address: str) -> None:
    begun = time.perf_counter()

    answer = client.patch(address, {"title": "x"}, headers={"If-Match": '"a"' + ", " * 24 + "x"})

    assert (answer.status_code, time.perf_counter() - begun < 1) == (400, True)


@pytest.mark.parametrize(
    ("changed", "status"), [({"hidden": True}, 404), ({"locked": True}, 403), ({"title": "Other"}, 412)]
)
def test_rights_are_asked_before_the_state(
    client: APIClient, book: Book, address: str, changed: dict[str, Any], status: int
) -> None:
    tag = client.get(address)["ETag"]
    Book.objects.filter(pk=book.pk).update(**changed)

    assert client.patch(address, {"pages": 9}, headers={"If-Match": tag}).status_code == status


@pytest.mark.parametrize("condition", ["*", '"x"'])
def test_unknown_object_is_a_404_with_any_condition(client: APIClient, condition: str) -> None:
    assert client.delete(f"{URL}a%00b/", headers={"If-Match": condition}).status_code == 404


@pytest.mark.parametrize(("condition", "status"), [("*", 200), ('"x"', 412)])
def test_object_without_a_tag_is_in_no_named_state(
    client: APIClient, address: str, condition: str, status: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(BookViewSet, "etag_columns", ())

    assert client.patch(address, {"pages": 9}, headers={"If-Match": condition}).status_code == status


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("methods", [("patch", "patch"), ("patch", "delete"), ("post", "post"), ("patch", "post")])
def test_of_two_changes_at_once_with_one_tag_one_is_made(librarian: Any, methods: tuple[str, str]) -> None:
    for attempt in range(5):
        book = Book.objects.create(title=f"Emma {attempt}")
        tag = signed_in(librarian).get(f"{URL}{book.pk}/")["ETag"]
        start = threading.Barrier(2)

        def change(
            numbered: tuple[int, str], book: Book = book, start: threading.Barrier = start, tag: str = tag
        ) -> int:
            number, method = numbered
            client = signed_in(librarian)
            start.wait()
            sent = {"pages": 10 + number}
            path = f"{URL}{book.pk}/" + ("reprint/" if method == "post" else "")
            try:
                answer = getattr(client, method)(path, sent, headers={"If-Match": tag})
                return int(answer.status_code)
            finally:
                connection.close()

        with ThreadPoolExecutor(2) as threads:
            codes = sorted(threads.map(change, enumerate(methods)))

        assert codes in ([200, 412], [204, 404], [204, 412])


def signed_in(person: Any) -> APIClient:
    client = APIClient(raise_request_exception=False)
    client.force_authenticate(person)
    return client
