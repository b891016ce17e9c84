from collections.abc import Callable
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction
from rest_framework import serializers
from rest_framework.test import APIClient

from api.constraints import names_in_body, refused_by_constraint
from api.tests.library import FAILURES, BookSerializer, BookViewSet
from api.tests.models import Author, Book, Copy
from api.views import NotFoundView

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
    (lambda: Copy.objects.create(book=Book.objects.create(title="a"), shelf=None), 400, [("", "required")]),
]


@pytest.mark.parametrize(("break_it", "status", "places"), CASES)
def test_refusal_of_the_database_points_at_what_the_body_names_so(
    client: APIClient, break_it: Callable[[], Any], status: int, places: list[tuple[str, str]]
) -> None:
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        break_it()
    FAILURES["it"] = caught.value

    answer = client.post(f"{URL}fail/", {"name": "it"})

    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert [(error["pointer"], error["code"]) for error in answer.json()["errors"]] == places
    assert "Emma" not in answer.json()["detail"]


class RenamingSerializer(BookSerializer):
    """A book whose body has words of its own, and leaves the title to others."""

    number = serializers.CharField(source="isbn")
    written_by = serializers.PrimaryKeyRelatedField(source="author", queryset=Author.objects.all())
    thickness = serializers.IntegerField(source="pages")
    title = serializers.CharField(read_only=True)

    class Meta(BookSerializer.Meta):
        fields = ["id", "number", "written_by", "thickness", "title"]


@pytest.mark.parametrize(
    ("break_it", "pointers"),
    [
        (CASES[0][0], ["/number"]),
        (twins, ["", "/written_by"]),
        (gone_author, ["/written_by"]),
        (CASES[3][0], ["/thickness"]),
    ],
)
def test_refusal_points_at_the_names_of_the_body_and_not_at_columns(
    client: APIClient, monkeypatch: pytest.MonkeyPatch, break_it: Callable[[], Any], pointers: list[str]
) -> None:
    monkeypatch.setattr(BookViewSet, "serializer_class", RenamingSerializer)
    with pytest.raises(IntegrityError) as caught, transaction.atomic():
        break_it()
    FAILURES["it"] = caught.value

    errors = client.post(f"{URL}fail/", {"name": "it"}).json()["errors"]

    assert [error["pointer"] for error in errors] == pointers


def test_view_that_reads_no_models_body_points_at_the_whole() -> None:
    assert (names_in_body(None), names_in_body(NotFoundView())) == ({}, {})


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
