from typing import Any

import pytest
from drf_spectacular.generators import SchemaGenerator
from drf_spectacular.validation import validate_schema

pytestmark = [pytest.mark.urls("api.tests.urls")]


@pytest.fixture
def schema() -> Any:
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]  # the package has no types here
    return generator.get_schema(request=None, public=True)


def operation(schema: Any, path: str, method: str) -> Any:
    return schema["paths"][f"/api/v1/{path}"][method]


def test_schema_is_valid_openapi(schema: Any, capsys: pytest.CaptureFixture[str]) -> None:
    validate_schema(schema)  # type: ignore[no-untyped-call]  # as above

    assert "Warning" not in capsys.readouterr().err


def test_schema_shows_each_address_once_with_a_slash(schema: Any) -> None:
    assert set(schema["paths"]) == {
        "/api/v1/books/",
        "/api/v1/books/{id}/",
        "/api/v1/books/filter/",
        "/api/v1/books/fail/",
        "/api/v1/copies/",
        "/api/v1/copies/{id}/",
    }


def test_schema_of_a_list_has_filters_and_pages(schema: Any) -> None:
    parameters = {one["name"]: one for one in operation(schema, "books/", "get")["parameters"]}

    assert {"title", "min_pages", "q", "shelf", "stocked", "limit", "cursor", "ordering", "count"} <= parameters.keys()
    assert parameters["limit"]["schema"]["maximum"] == 200
    assert "-title" in parameters["ordering"]["schema"]["enum"]
    assert parameters["title"]["schema"] == {"type": "array", "items": {"type": "string"}}


def test_schema_of_a_filter_by_body_refers_to_the_tree(schema: Any) -> None:
    filtered = operation(schema, "books/filter/", "post")
    properties = filtered["requestBody"]["content"]["application/json"]["schema"]["properties"]

    assert properties["filter"] == {"$ref": "#/components/schemas/BooksFilter"}
    assert schema["components"]["schemas"]["BooksFilter"]["properties"]["and"]["minItems"] == 1
    assert "parameters" not in filtered
    assert "PaginatedBookList" in str(filtered["responses"]["200"])


def test_schema_of_put_is_partial(schema: Any) -> None:
    body = operation(schema, "books/{id}/", "put")["requestBody"]["content"]["application/json"]["schema"]

    assert body == {"$ref": "#/components/schemas/PatchedBookRequest"}


def test_schema_lists_the_problems_of_each_operation(schema: Any) -> None:
    codes = {
        method: sorted(operation(schema, path, method)["responses"])
        for path, method in (("books/", "get"), ("books/{id}/", "patch"), ("books/{id}/", "delete"))
    }

    assert codes == {
        "get": ["200", "400", "401", "403"],
        "patch": ["200", "400", "401", "403", "404", "409"],
        "delete": ["204", "400", "401", "403", "404", "409"],
    }
    problem = operation(schema, "books/", "get")["responses"]["401"]["content"]
    assert problem == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def test_schema_of_an_id_in_a_path_takes_external_ids(schema: Any) -> None:
    assert operation(schema, "books/{id}/", "get")["parameters"][0]["schema"] == {"type": "string"}
