import json
from types import SimpleNamespace
from typing import Any

import pytest
from rest_framework import serializers
from rest_framework.test import APIClient

from api.serializers import ShortListField
from api.tests.library import LoanSerializer
from api.tests.models import Author, Book

pytestmark = [pytest.mark.django_db, pytest.mark.urls("api.tests.urls")]
URL = "/api/v1/books/"


def errors(response: Any) -> list[tuple[str, str]]:
    assert response.status_code == 400, response.content
    return [(error["pointer"], error["code"]) for error in response.json()["errors"]]


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ({}, [("/title", "required")]),
        ([], [("", "invalid")]),
        ({"title": ""}, [("/title", "blank")]),
        ({"title": None}, [("/title", "null")]),
        ({"title": {"a": 1}}, [("/title", "invalid")]),
        ({"title": "x" * 101}, [("/title", "max_length")]),
        ({"title": "x", "titel": "y"}, [("/titel", "unknown")]),
        ({"titel": "y"}, [("/titel", "unknown")]),
        ({"title": "x", "pages": "many"}, [("/pages", "invalid")]),
        ({"title": "x", "pages": 0}, [("", "invalid")]),
        ({"title": "x", "pages": 2**40}, [("/pages", "max_value")]),
        ({"title": "x", "genre": "poem"}, [("/genre", "invalid_choice")]),
        ({"title": "x", "price": "NaN"}, [("/price", "invalid")]),
        ({"title": "x", "published_at": "0001-01-01T00:00:00+14:00"}, [("/published_at", "overflow")]),
        ({"title": "x", "author_id": 10**30}, [("/author_id", "does_not_exist")]),
        ({"title": "x", "author_id": "x"}, [("/author_id", "incorrect_type")]),
    ],
)
def test_faulty_body_is_a_400_that_points(client: APIClient, body: Any, expected: list[tuple[str, str]]) -> None:
    assert errors(client.post(URL, body)) == expected


@pytest.mark.parametrize(
    ("body", "kind"),
    [([], "a list"), ("x", "a text"), (5, "a number"), (0.5, "a number"), (True, "true"), (None, "null")],
)
def test_body_that_is_no_object_is_told_so(client: APIClient, body: Any, kind: str) -> None:
    answer = client.post(URL, json.dumps(body), content_type="application/json")

    assert (answer.status_code, answer.json()["detail"]) == (400, f"Give an object, not {kind}.")


def test_wrong_choice_is_told_which_there_are(client: APIClient) -> None:
    found = client.post(URL, {"title": "x", "genre": "novell"}).json()["errors"][0]

    assert found["detail"] == "“novell” is not known here. Did you mean “novel”? Possible: essay, novel."


def test_unknown_field_suggests_the_near_one(client: APIClient) -> None:
    response = client.post(URL, {"title": "x", "gender": "y"})

    assert "Did you mean “genre”?" in response.json()["detail"]
    assert "copies" not in response.json()["detail"]


def test_of_very_many_unknown_fields_the_first_are_named(client: APIClient) -> None:
    body = {"title": "x"} | {f"gender{number}": "y" for number in range(1_000)}

    assert [pointer for pointer, _code in errors(client.post(URL, body))] == [f"/gender{n}" for n in range(20)]


@pytest.mark.parametrize(
    ("length", "codes"), [(3, {0: ["invalid"], 1: ["invalid"], 2: ["invalid"]}), (4, ["max_length"])]
)
def test_list_that_is_too_long_is_refused_before_its_items(length: int, codes: object) -> None:
    field = ShortListField(child=serializers.IntegerField(), max_length=3)

    with pytest.raises(serializers.ValidationError) as caught:
        field.run_validation(["x"] * length)

    assert caught.value.get_codes() == codes


def test_ignored_field_is_ignored(client: APIClient) -> None:
    assert client.post(URL, {"title": "x", "shelf_mark": "y", "copies": 5}).status_code == 201


def test_taken_unique_value_is_a_400_at_its_field(client: APIClient) -> None:
    Book.objects.create(title="Emma", isbn="1")

    assert errors(client.post(URL, {"title": "x", "isbn": "1"})) == [("/isbn", "unique")]


def test_empty_text_is_compared_as_it_is_stored(client: APIClient) -> None:
    Book.objects.create(title="Emma", isbn="")
    Book.objects.create(title="Persuasion", isbn=None)

    assert errors(client.post(URL, {"title": "x", "isbn": ""})) == [("/isbn", "unique")]
    assert client.post(URL, {"title": "x", "isbn": None}).status_code == 201


def test_own_unique_value_may_be_sent_back(client: APIClient) -> None:
    book = Book.objects.create(title="Emma", isbn="1")

    assert client.put(f"{URL}{book.pk}/", {"isbn": "1"}).status_code == 200


def test_constraint_over_sent_and_stored_fields_is_a_400(client: APIClient) -> None:
    author = Author.objects.create(name="Jane")
    Book.objects.create(title="Emma", author=author)
    other = Book.objects.create(title="Persuasion", author=author)

    response = client.patch(f"{URL}{other.pk}/", {"title": "Emma"})

    assert errors(response) == [("", "unique_together")]


def test_fields_that_are_not_sent_are_not_blamed(client: APIClient) -> None:
    book = Book.objects.create(title="Emma", genre="unheard of")

    assert client.patch(f"{URL}{book.pk}/", {"pages": 3}).status_code == 200


def test_model_error_comes_under_the_name_in_the_body(client: APIClient) -> None:
    author = Author.objects.create(name="Jane")

    assert errors(client.post(URL, {"title": "Jane", "author_id": author.pk})) == [("/author_id", "invalid")]


def loan(book: Any, user: Any) -> LoanSerializer:
    return LoanSerializer(data={"book": book}, context={"request": SimpleNamespace(user=user)})


def test_identifier_finds_by_key_and_by_external_id(librarian: Any) -> None:
    book = Book.objects.create(title="Emma", external_id="E-1")

    for identifier in (str(book.pk), "E-1"):
        serializer = loan(identifier, librarian)
        assert serializer.is_valid()
        assert serializer.validated_data["book"] == book


@pytest.mark.parametrize("identifier", [5, None, "nothing", "a\0", {"id": 1}, ["E-1"]])
def test_identifier_of_nothing_is_refused(librarian: Any, identifier: Any) -> None:
    assert not loan(identifier, librarian).is_valid()


def test_identifier_of_a_hidden_object_is_refused(librarian: Any) -> None:
    book = Book.objects.create(title="Emma", hidden=True)

    assert not loan(str(book.pk), librarian).is_valid()


def test_identifier_shows_the_key() -> None:
    book = Book.objects.create(title="Emma")

    assert LoanSerializer({"book": book}).data == {"book": book.pk}
