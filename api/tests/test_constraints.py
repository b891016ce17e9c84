from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework.test import APIClient

from api.constraints import refused_by_constraint
from api.tests.library import FAILURES, BookViewSet
from api.tests.models import Author, Book, Copy

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"


def twins() -> None:
    author = Author.objects.create(name="Jane")
    for _twin in range(2):
        Book.objects.create(title="Emma", author=author)


def gone_author() -> None:
    Book.objects.create(title="Emma", author_id=1)
    connection.check_constraints()


CASES: list[tuple[Callable[[], Any], int, list[tuple[str, str]]]] = [
    (lambda: [Book.objects.create(title="a", isbn="1") for _twin in range(2)], 409, [("/isbn", "unique")]),
    (twins, 409, [("/title", "unique"), ("/author_id", "unique")]),
    (gone_author, 409, [("/author_id", "in_use")]),
    (lambda: Book.objects.create(title="a", pages=0), 400, [("/pages", "invalid")]),
    (lambda: Copy.objects.create(book=Book.objects.create(title="a"), shelf=None), 400, [("/shelf", "required")]),
]


@pytest.mark.parametrize(("break_it", "status", "places"), CASES)
def test_refusal_of_the_database_points_at_the_columns(
    client: APIClient, break_it: Callable[[], Any], status: int, places: list[tuple[str, str]]
) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        break_it()
    FAILURES["it"] = caught.value

    answer = client.post(f"{URL}fail/", {"name": "it"})

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == places
    assert "Emma" not in answer.json()["detail"]


def test_refusal_is_worded_by_the_constraint(client: APIClient) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        Book.objects.create(title="a", pages=0)
    FAILURES["it"] = caught.value

    assert client.post(f"{URL}fail/", {"name": "it"}).json()["detail"] == "pages: A book has pages."


def test_refusal_by_a_constraint_that_no_model_has_is_told_plainly() -> None:
    with connection.cursor() as cursor:
        cursor.execute("CREATE TEMPORARY TABLE odd (number int CHECK (number > 0)) ON COMMIT DROP")
        with pytest.raises(IntegrityError) as caught:
            cursor.execute("INSERT INTO odd VALUES (0)")

    assert str(refused_by_constraint(caught.value)) == "This value is not possible."


def test_row_that_another_made_meanwhile_is_a_409(client: APIClient, monkeypatch: pytest.MonkeyPatch) -> None:
    def lose_the_race(_self: BookViewSet, serializer: Any) -> Any:
        Book.objects.create(title="theirs", isbn=serializer.validated_data["isbn"])
        return Book.objects.create(title="ours", isbn=serializer.validated_data["isbn"])

    monkeypatch.setattr(BookViewSet, "perform_create", lose_the_race)

    with transaction.atomic():
        answer = client.post(URL, {"title": "ours", "isbn": "1"}, headers={"Idempotency-Key": "1"})

    assert (answer.status_code, Book.objects.count()) == (409, 0)
    assert answer.json()["errors"][0]["pointer"] == "/isbn"
