from collections.abc import Iterator
from typing import Any

import jsonschema  # type: ignore[import-untyped]  # no stubs among our requirements
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
        "/api/v1/books/{id}/reprint/",
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


@pytest.mark.urls("crm_project.urls")
def test_every_operation_has_a_summary_of_one_line(schema: Any) -> None:
    summaries = [found.get("summary", "") for path in schema["paths"].values() for found in path.values()]

    assert [said for said in summaries if not 0 < len(str(said)) <= 120 or "\n" in str(said)] == []


def test_summaries_say_what_the_verb_or_its_docstring_does(schema: Any) -> None:
    assert operation(schema, "books/{id}/", "delete")["summary"] == "Delete one book"
    assert operation(schema, "books/{id}/reprint/", "post")["summary"] == "Add a page"
    assert operation(schema, "books/filter/", "post")["summary"] == "List what a tree of filters finds"


def test_schema_of_put_is_partial(schema: Any) -> None:
    body = operation(schema, "books/{id}/", "put")["requestBody"]["content"]["application/json"]["schema"]

    assert body == {"$ref": "#/components/schemas/PatchedBookRequest"}


def test_schema_lists_the_problems_of_each_operation(schema: Any) -> None:
    codes = {
        name: sorted(operation(schema, path, method)["responses"])
        for name, path, method in (
            ("get", "books/", "get"),
            ("post", "books/", "post"),
            ("filter", "books/filter/", "post"),
            ("patch", "books/{id}/", "patch"),
            ("delete", "books/{id}/", "delete"),
            ("reprint", "books/{id}/reprint/", "post"),
        )
    }

    assert codes == {
        "get": ["200", "400", "401", "403", "406", "429"],
        "post": ["201", "400", "401", "403", "406", "409", "413", "415", "422", "429", "503"],
        "filter": ["200", "400", "401", "403", "406", "413", "415", "429"],
        "patch": ["200", "400", "401", "403", "404", "406", "409", "412", "413", "415", "429", "503"],
        "delete": ["204", "400", "401", "403", "404", "406", "409", "412", "429", "503"],
        "reprint": ["200", "400", "401", "403", "404", "406", "409", "412", "422", "429", "503"],
    }
    problem = operation(schema, "books/", "get")["responses"]["401"]["content"]
    assert problem == {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}


def headers(found: Any, code: str) -> set[str]:
    return {*found["responses"][code].get("headers", {})}


def test_schema_has_the_headers_of_the_house_rules(schema: Any) -> None:
    post, patch = operation(schema, "books/", "post"), operation(schema, "books/{id}/", "patch")
    read, reading_post = operation(schema, "books/{id}/", "get"), operation(schema, "books/filter/", "post")

    assert [one["name"] for one in post["parameters"]] == ["Idempotency-Key"]
    assert [one["name"] for one in patch["parameters"] if one["in"] == "header"] == ["If-Match"]
    reprint = operation(schema, "books/{id}/reprint/", "post")
    assert {one["name"] for one in reprint["parameters"] if one["in"] == "header"} == {"If-Match", "Idempotency-Key"}
    assert headers(post, "201") == {"ETag", "Location", "Idempotent-Replayed"}
    assert (headers(patch, "200"), headers(read, "200"), headers(reading_post, "200")) == ({"ETag"}, {"ETag"}, set())
    assert [headers(post, code) for code in ("409", "429", "503")] == [{"Retry-After"}] * 3


@pytest.mark.urls("crm_project.urls")
def test_examples_fit_the_schema_that_they_are_examples_of(schema: Any) -> None:
    examples = [*_examples(schema)]

    for example, wanted in examples:
        jsonschema.validate(example, {**wanted, "components": schema["components"]}, jsonschema.Draft202012Validator)
    assert len(examples) >= 20


def _examples(found: Any) -> Iterator[tuple[Any, Any]]:
    """Yield every example of the document and the schema that it stands beside."""
    if isinstance(found, list):
        for inner in found:
            yield from _examples(inner)
    if isinstance(found, dict):
        shown = found.get("examples", {})
        if "schema" in found and isinstance(shown, dict):
            yield from ((one["value"], found["schema"]) for one in shown.values())
        elif isinstance(shown, list):
            yield from ((value, found) for value in shown)
        for inner in found.values():
            yield from _examples(inner)


@pytest.mark.urls("crm_project.urls")
def test_sign_in_is_for_everybody_and_the_rest_names_how(schema: Any) -> None:
    assert "security" not in schema["paths"]["/api/v1/auth/login/"]["post"]
    assert {name for one in operation(schema, "users/", "get")["security"] for name in one} >= {"jwtAuth", "cookieAuth"}


def test_schema_of_an_id_in_a_path_takes_external_ids(schema: Any) -> None:
    assert operation(schema, "books/{id}/", "get")["parameters"][0]["schema"] == {"type": "string"}
