import threading
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest
import requests
from django.core.exceptions import ImproperlyConfigured
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.http import HttpResponse
from django.test import Client
from django.utils import timezone as clock
from rest_framework.parsers import MultiPartParser
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.test import APIClient, APIRequestFactory
from rest_framework_simplejwt.tokens import AccessToken

from api.exceptions import Conflict
from api.idempotency import fingerprint_of
from api.models import IdempotencyKey
from api.tasks import forget_answers
from api.tests.library import FAILURES, BookViewSet
from api.tests.models import Book

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"
KEY = {"Idempotency-Key": "8f14e45f-ceea-467f-a0e6-5d3f7a4b1c2d"}
HEADERS = ("ETag", "Location")


def test_request_sent_twice_is_done_once_and_answered_alike(client: APIClient) -> None:
    first = client.post(URL, {"title": "Emma", "price": "9.50"}, headers=KEY)
    again = client.post(URL, {"title": "Emma", "price": "9.50"}, headers=KEY)

    assert (first.status_code, "Idempotent-Replayed" in first) == (201, False)
    assert (again.status_code, again["Idempotent-Replayed"]) == (201, "true")
    assert again.content == first.content
    assert [again.get(name) for name in HEADERS] == [first.get(name) for name in HEADERS]
    assert Book.objects.count() == 1


def test_first_answer_is_that_of_a_plain_call(client: APIClient) -> None:
    plain = client.post(URL, {"title": "Emma", "isbn": "1"})
    Book.objects.all().delete()

    keyed = client.post(URL, {"title": "Emma", "isbn": "1"}, headers=KEY)

    own = {"id", "published_at"}
    assert {name: value for name, value in keyed.json().items() if name not in own} == {
        name: value for name, value in plain.json().items() if name not in own
    }
    assert {*keyed.headers} == {*plain.headers}


@pytest.mark.parametrize(
    ("address", "body"),
    [
        (URL, '{"pages": 5,   "title": "Emma"}'),
        (URL.rstrip("/"), '{"title":"Emma","pages":5}'),
    ],
)
def test_order_of_keys_white_space_and_slash_do_not_count(client: APIClient, address: str, body: str) -> None:
    first = client.post(URL, {"title": "Emma", "pages": 5}, headers=KEY)

    again = client.post(address, body, content_type="application/json", headers=KEY)

    assert again.content == first.content


@pytest.mark.parametrize(
    ("address", "body"), [(URL, {"title": "Persuasion"}), (f"{URL}?format=json", {"title": "Emma"})]
)
def test_key_of_another_request_is_a_422(client: APIClient, address: str, body: Any) -> None:
    client.post(URL, {"title": "Emma"}, headers=KEY)

    answer = client.post(address, body, headers=KEY)

    assert (answer.status_code, answer["Content-Type"]) == (422, "application/problem+json")
    assert Book.objects.count() == 1


def test_number_of_any_size_is_told_apart(client: APIClient) -> None:
    answers = [client.post(URL, {"title": "Emma", "pages": 10**30 + more}, headers=KEY) for more in (0, 1)]

    assert [answer.status_code for answer in answers] == [400, 400]


def test_error_stores_nothing(client: APIClient) -> None:
    FAILURES["it"] = Conflict()

    codes = [
        client.post(URL, {"title": ""}, headers=KEY).status_code,
        client.post(f"{URL}fail/", {"name": "it"}, headers=KEY).status_code,
        client.post(URL, {"title": "Emma"}, headers=KEY).status_code,
    ]

    assert (codes, IdempotencyKey.objects.count()) == ([400, 409, 201], 1)


def test_work_of_a_request_that_fails_is_undone(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def make_and_fail(self: BookViewSet, serializer: Any) -> Book:
        Book.objects.create(title="half")
        raise Conflict

    monkeypatch.setattr(BookViewSet, "perform_create", make_and_fail)

    assert client.post(URL, {"title": "Emma"}, headers=KEY).status_code == 409
    assert not Book.objects.exists()


@pytest.mark.parametrize(("hidden", "status"), [(True, 404), (False, 201)])
def test_answer_that_shows_what_one_may_no_longer_know_of_is_not_repeated(
    client: APIClient, status: int, *, hidden: bool
) -> None:
    client.post(URL, {"title": "Emma"}, headers=KEY)
    Book.objects.update(hidden=hidden)

    again = client.post(URL, {"title": "Emma"}, headers=KEY)

    assert (again.status_code, "Emma" in again.content.decode()) == (status, not hidden)
    assert Book.objects.count() == 1


def test_answer_about_what_is_gone_is_repeated(client: APIClient) -> None:
    first = client.post(URL, {"title": "Emma"}, headers=KEY)
    Book.objects.all().delete()

    again = client.post(URL, {"title": "Emma"}, headers=KEY)

    assert (again.status_code, again.content, Book.objects.count()) == (201, first.content, 0)


def test_answer_is_repeated_to_nobody_who_may_no_longer_ask(client: APIClient, librarian: Any) -> None:
    client.post(URL, {"title": "Emma"}, headers=KEY)
    librarian.is_superuser = False

    assert client.post(URL, {"title": "Emma"}, headers=KEY).status_code == 403


@pytest.mark.parametrize("key", ["", "ä", "a b", "a" * 256, "a\tb"])
def test_malformed_key_is_a_400(client: APIClient, key: str) -> None:
    answer = client.post(URL, {"title": "Emma"}, HTTP_IDEMPOTENCY_KEY=key)

    assert (answer.status_code, Book.objects.count()) == (400, 0)


@pytest.mark.parametrize("key", ["!", "~" * 255])
def test_key_may_have_up_to_255_visible_characters(client: APIClient, key: str) -> None:
    assert client.post(URL, {"title": "Emma"}, headers={"Idempotency-Key": key}).status_code == 201


def test_each_caller_has_keys_of_their_own(client: APIClient, django_user_model: Any) -> None:
    client.post(URL, {"title": "Emma"}, headers=KEY)
    client.force_authenticate(django_user_model.objects.create_superuser("other@example.com"))

    answer = client.post(URL, {"title": "Persuasion"}, headers=KEY)

    assert (answer.status_code, Book.objects.count()) == (201, 2)


def test_key_works_for_a_session_too(librarian: Any) -> None:
    browser = Client()
    browser.force_login(librarian)

    answers = [
        browser.post(URL, {"title": "Emma"}, content_type="application/json", headers=KEY) for _attempt in range(2)
    ]

    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].content == answers[1].content


def test_answer_counts_for_a_day_and_is_then_forgotten(client: APIClient) -> None:
    client.post(URL, {"title": "Emma"}, headers=KEY)
    client.post(URL, {"title": "Kept"}, headers={"Idempotency-Key": "other"})
    IdempotencyKey.objects.filter(key=KEY["Idempotency-Key"]).update(created_at=clock.now() - timedelta(hours=24))

    answer = client.post(URL, {"title": "Persuasion"}, headers=KEY)

    assert (answer.status_code, "Idempotent-Replayed" in answer) == (201, False)
    assert client.post(URL, {"title": "Persuasion"}, headers=KEY)["Idempotent-Replayed"] == "true"


def test_task_deletes_what_is_older_than_a_day(client: APIClient) -> None:
    for key in ("old", "young"):
        client.post(URL, {"title": key}, headers={"Idempotency-Key": key})
    IdempotencyKey.objects.filter(key="old").update(created_at=clock.now() - timedelta(hours=24))

    forget_answers()

    assert [str(kept) for kept in IdempotencyKey.objects.all()] == ["young"]


def test_reading_by_post_is_not_stored(client: APIClient) -> None:
    client.post(f"{URL}filter/", {}, headers=KEY)
    client.get(URL, headers=KEY)

    assert not IdempotencyKey.objects.exists()


def test_view_with_secrets_is_not_stored(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BookViewSet, "idempotent", False)

    client.post(URL, {"title": "Emma"}, headers=KEY)

    assert not IdempotencyKey.objects.exists()


def test_answer_that_says_no_without_an_error_is_not_stored(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BookViewSet, "create", lambda _self, _request: Response({}, 409))

    assert client.post(URL, {"title": "Emma"}, headers=KEY).status_code == 409
    assert not IdempotencyKey.objects.exists()


def test_answer_without_a_body_is_repeated_without_one(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BookViewSet, "create", lambda _self, _request: Response(status=204))

    first, again = (client.post(URL, {"title": "Emma"}, headers=KEY) for _attempt in range(2))

    assert (first.status_code, again.status_code, again.content) == (204, 204, b"")
    assert again["Idempotent-Replayed"] == "true"


def test_form_is_told_apart_by_its_fields_and_the_contents_of_its_files() -> None:
    def form(name: str, content: bytes) -> Request:
        sent = {"name": name, "file": SimpleUploadedFile("people.csv", content)}
        return Request(APIRequestFactory().post(URL, sent, format="multipart"), parsers=[MultiPartParser()])

    first = form("a", b"1")
    prints = [fingerprint_of(one) for one in (first, form("a", b"1"), form("a", b"2"), form("b", b"1"))]

    assert (prints[0] == prints[1], len({*prints}), first.data["file"].read()) == (True, 3, b"1")


def test_answer_that_cannot_be_stored_is_a_fault_of_the_view(librarian: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(BookViewSet, "create", lambda self, request: HttpResponse())
    client = APIClient()
    client.force_authenticate(librarian)

    with pytest.raises(ImproperlyConfigured):
        client.post(URL, {"title": "Emma"}, headers=KEY)


@pytest.mark.django_db(transaction=True)
def test_of_fifty_requests_at_once_one_is_done(live_server: Any, librarian: Any) -> None:
    """Fifty connections over HTTP: each gets the one answer, or hears that it is on its way and gets it then."""
    headers = {**KEY, "Authorization": f"Bearer {AccessToken.for_user(librarian)}", "Connection": "close"}
    start = threading.Barrier(50)

    def send(_number: int) -> Any:
        with requests.Session() as session:
            start.wait()
            while True:
                # The test's server keeps few callers waiting at its door and drops the others: they come again.
                with suppress(requests.ConnectionError):
                    answer = session.post(
                        f"{live_server.url}{URL}", json={"title": "Emma"}, headers=headers, timeout=30
                    )
                    if answer.status_code != 409:
                        return answer
                    assert answer.headers["Retry-After"] == "1"

    with ThreadPoolExecutor(50) as threads:
        answers = list(threads.map(send, range(50)))

    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.content for answer in answers}) == 1
    assert sum("Idempotent-Replayed" not in answer.headers for answer in answers) == 1
    assert Book.objects.count() == 1


@pytest.mark.django_db(transaction=True)
def test_key_that_is_at_work_is_a_409_with_a_time(client: APIClient, librarian: Any) -> None:
    answers: list[Any] = []

    def send_again() -> None:
        again = APIClient()
        again.force_authenticate(librarian)
        answers.append(again.post(URL, {"title": "Emma"}, headers=KEY))
        connection.close()

    def make_slowly(_self: BookViewSet, _serializer: Any) -> Book:
        thread = threading.Thread(target=send_again)
        thread.start()
        thread.join()
        book: Book = Book.objects.create(title="Emma")
        return book

    with pytest.MonkeyPatch.context() as patched:
        patched.setattr(BookViewSet, "perform_create", make_slowly)
        first = client.post(URL, {"title": "Emma"}, headers=KEY)

    assert (first.status_code, Book.objects.count()) == (201, 1)
    assert (answers[0].status_code, answers[0]["Retry-After"]) == (409, "1")
    assert answers[0].json()["type"] == "/api/problems/still_running"
