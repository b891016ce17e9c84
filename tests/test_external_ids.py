"""One rule for the ids of other systems: in the field, in the table, and as the API describes it."""

from typing import Any

import jsonschema  # type: ignore[import-untyped]  # no stubs among our requirements
import pytest
from django.core.exceptions import ValidationError
from django.db import IntegrityError
from drf_spectacular.generators import SchemaGenerator

from events.tests.factories import EventFactory
from users.tests.factories import UserFactory

A_UUID = "01a1fd9f-5480-75c7-91b2-55111fa7c942"
GOOD = [
    "crm-7",
    "7",
    "Me",
    "mee",
    "filter.by",
    "...",
    ".a",
    "a b",
    "ünï|#?&%",
    A_UUID[:-1],
    f"{A_UUID}0",
    "x" * 200,
]
BAD = [
    *("me", "filter", "filter_by", "batch", "send_email"),
    *(A_UUID, A_UUID.upper(), A_UUID.replace("-", "")),
    *("a/b", "/", " a", "a ", "a\t", " ", ".", "..", "a\nb", "a\n", "me\n", "\x1f", "a\x7fb", "a\x80b", "a\x9fb"),
]
FACTORIES: dict[str, Any] = {"User": UserFactory, "Event": EventFactory}
SCHEMAS = ["User", "UserRequest", "PatchedUserRequest", "Event", "EventRequest", "PatchedEventRequest"]


@pytest.fixture(scope="module")
def schemas() -> Any:
    generator: Any = SchemaGenerator()  # type: ignore[no-untyped-call]  # the package has no types here
    return generator.get_schema(request=None, public=True)["components"]["schemas"]


@pytest.mark.parametrize("kind", SCHEMAS)
def test_described_id_is_what_is_taken(schemas: Any, kind: str) -> None:
    described = jsonschema.Draft202012Validator(schemas[kind]["properties"]["external_id"])

    taken = [one for one in [*GOOD, *BAD, "", None] if described.is_valid(one)]

    assert taken == [*GOOD, "", None]


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("kind", FACTORIES)
def test_good_ids_are_stored(kind: str) -> None:
    rows = [FACTORIES[kind].build(external_id=one) for one in GOOD]
    for row in rows:
        row.full_clean(exclude={"password"})

    assert len(type(rows[0]).objects.bulk_create(rows)) == len(GOOD)


@pytest.mark.django_db
@pytest.mark.database
@pytest.mark.parametrize("kind", FACTORIES)
@pytest.mark.parametrize("external_id", BAD)
def test_bad_id_is_refused_by_field_and_table(kind: str, external_id: str) -> None:
    row = FACTORIES[kind].build(external_id=external_id)

    with pytest.raises(ValidationError, match="external id"):
        row.full_clean()
    with pytest.raises(IntegrityError, match="no_id_or_path"):
        row.save()
