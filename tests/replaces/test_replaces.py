"""The page on the systems replaced: what each row says is there is done, and what it says is not yet there is not."""

from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
from django.db import transaction
from django.urls import resolve
from pytest_django import Settings

from api.views import NotFoundView
from tests import deployment
from tests.replaces import bodies, calls, fields, lists, standings, variables
from tests.replaces.examples import EXAMPLES, register
from tests.replaces.page import Key, Row, rows, rows_of
from tests.replaces.scene import HASHER, Scene

pytestmark = pytest.mark.django_db
EXAMPLES_OF = (bodies, calls, fields, lists, standings, variables)  # which register theirs when they are imported
TABLE = "### Calls\n\n| They had | Now | Today |\n|---|---|---|\n"


@pytest.fixture
def scene(settings: Settings) -> Scene:
    """Return the people, events and mail that the examples work on."""
    settings.PASSWORD_HASHERS = [HASHER]
    return Scene()


def keys(*, there: bool) -> list[Key]:
    """Return what the page says is there, or is not yet."""
    return [row.key for row in rows() if row.is_there == there]


def test_every_row_has_its_example_and_every_example_its_row() -> None:
    assert sorted(EXAMPLES) == sorted(keys(there=True))


def test_no_row_stands_twice() -> None:
    assert [key for key, times in Counter(row.key for row in rows()).items() if times > 1] == []


@pytest.mark.parametrize("key", [key for key in keys(there=True) if key.kind == "Variables"], ids=str)
def test_variable_that_is_there(key: Key, scene: Scene) -> None:
    EXAMPLES[key](scene)


@pytest.mark.parametrize(
    ("kind", "place"), sorted({(key.kind, key.place) for key in keys(there=True) if key.kind != "Variables"})
)
def test_what_is_there(kind: str, place: str, scene: Scene) -> None:
    """Each example begins with the same scene: what the one before did is undone."""
    scene.whole()
    for key in keys(there=True):
        if (key.kind, key.place) == (kind, place):
            with transaction.atomic(), told(key):
                EXAMPLES[key](scene.again())
                transaction.set_rollback(True)


@contextmanager
def told(key: Key) -> Iterator[None]:
    """Say of a failure which row it is of."""
    try:
        yield
    except Exception as error:
        error.add_note(f"The row of the page: {key}")
        raise


def missing() -> dict[str, list[Key]]:
    """Return what is not yet there by the call that it is held against; variables are another matter."""
    found: dict[str, list[Key]] = {}
    for key in keys(there=False):
        call = key.name if key.kind == "Calls" else key.place if " " in key.place else f"GET {key.place}"
        if key.kind != "Variables":
            found.setdefault(call, []).append(key)
    return found


@pytest.mark.parametrize(("call", "held"), missing().items(), ids=missing())
def test_what_is_not_yet_there(call: str, held: list[Key], scene: Scene) -> None:
    assert leads_nowhere(scene, call) or [key for key in held if not is_unknown(scene, key)] == []


def leads_nowhere(scene: Scene, call: str) -> bool:
    """Tell whether a call has no address (not merely no object), or none for its method."""
    method, path = call.split(" ")
    code = scene.call(call, {} if method in ("POST", "PUT") else None).status_code
    view = getattr(resolve(scene.path(path)).func, "view_class", None)
    return bool(code == 405 or (code == 404 and view is NotFoundView))


def is_unknown(scene: Scene, key: Key) -> bool:
    """Tell whether a call refuses a filter or a part of its body because there is none of that name."""
    if key.kind == "Filters":
        answer, place = scene.call(key.place, query=f"?{key.name}=x"), {"parameter": key.name}
    elif key.kind == "Body":
        answer, place = scene.call(key.place, {key.name: "x"}), {"pointer": f"/{key.name}"}
    else:
        return False
    return any({"code": "unknown", **place}.items() <= fault.items() for fault in answer.json().get("errors", ()))


def test_variables_that_are_not_yet_there_are_not_read() -> None:
    named = {key.name for key in keys(there=False) if key.kind == "Variables"}
    assert named & deployment.documented_variables() == set()


# --- The test can fail -----------------------------------------------------------------------------------------------
def test_what_is_there_is_not_taken_for_missing(scene: Scene) -> None:
    assert not leads_nowhere(scene, "GET /users/{id}/")
    assert not leads_nowhere(scene, "GET /users/nobody/")
    assert not is_unknown(scene, Key("Calls", "", "POST /users/"))
    assert not is_unknown(scene, Key("Filters", "GET /users/", "city"))
    assert not is_unknown(scene, Key("Body", "POST /users/send_email/", "emails"))


def test_rows_are_read() -> None:
    page = TABLE + "| read it | `GET /it/` at the root | not yet |\n"
    assert list(rows_of(page)) == [Row(Key("Calls", "", "GET /it/"), is_there=False)]


@pytest.mark.parametrize(
    "page",
    [
        TABLE + "| read it | `GET /it/` | soon |",
        TABLE + "| read it | GET /it/ | yes |",
        TABLE + "| read it | `GET /it/` |",
        "## Another table\n\n| a | `b` | yes |",
    ],
)
def test_row_that_says_neither_is_refused(page: str) -> None:
    with pytest.raises(ValueError, match="No row of a table that is known"):
        list(rows_of(page))


def test_second_example_of_a_row_is_refused() -> None:
    with pytest.raises(ValueError, match="Two examples of one row: Calls GET /users/"):
        register(Key("Calls", "", "GET /users/"), EXAMPLES[Key("Calls", "", "GET /users/")])
