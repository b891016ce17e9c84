"""What a search for people finds, and that it never looks at more rows than a term's index entry names."""

from collections.abc import Iterator
from typing import Any

import orjson
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db import connection

from api.filters import FilterContext
from users.filters import people_filters
from users.models import User
from users.tests.factories import UserFactory

pytestmark = [pytest.mark.django_db, pytest.mark.database]
MANY = 5_000


def found(text: str) -> Any:
    """Return what is searched for by ``text``, as a list's page is."""
    context = FilterContext(AnonymousUser())
    ranking: Any = people_filters.read({"q": text}).ranking(context)
    return User.objects.filter(pk__in=ranking.first_of(User.objects.all())).order_by(*ranking.order_by, "pk")


def names(text: str) -> list[str]:
    return [person.get_full_name() for person in found(text)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("li wu", ["Li Wu"]),
        ("wu li", ["Li Wu"]),
        ("w", ["Li Wu"]),
        ("hamilton li", ["Lia Hamilton", "Oliver Hamilton"]),
        ("live ha", ["Oliver Hamilton"]),
        ("hamilton", ["Lia Hamilton", "Oliver Hamilton"]),
        ("hamiltn", ["Lia Hamilton", "Oliver Hamilton"]),
        ("+49 30 1234", ["Pho Ne"]),
        ("o@x", ["Pho Ne"]),
        ("li --", []),
        ("%%% ___ li", []),
    ],
)
def test_people_are_found_by_terms_of_any_length(text: str, expected: list[str]) -> None:
    for name in ("Li Wu", "Lia Hamilton", "Oliver Hamilton"):
        first, last = name.split()
        UserFactory.create(first_name=first, last_name=last, email=None)
    UserFactory.create(first_name="Pho", last_name="Ne", email="o@x.org", phone_number="+49301234567")

    assert sorted(names(text)) == expected


def test_whoever_holds_every_term_is_not_crowded_out_by_look_alikes(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("api.ranking.RANKED_AT_MOST", 2)
    for _one in range(5):
        UserFactory.create(first_name="Maria", last_name="Smit")
    UserFactory.create(first_name="Maria", last_name="Smith")

    assert names("maria smith")[0] == "Maria Smith"
    assert len(names("maria smith")) == 3


@pytest.fixture
def many_people() -> None:
    """Store a crowd, and tell the planner."""
    UserFactory.create(first_name="Li", last_name="Hamilton")
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO users_user (id, password, is_superuser, first_name, last_name, phone_number, avatar, gender,"
            " job_title, company, city, state, timezone, language, is_active, is_staff)"
            " SELECT gen_random_uuid(), '!', false, 'Ol', 'Person' || n, '', '', '', '', '', '', '', 'UTC', 'en',"
            " true, false FROM generate_series(1, %s) n",
            [MANY],
        )
        cursor.execute("ANALYZE users_user")


def rows_looked_at(plan: dict[str, Any]) -> Iterator[int]:
    if "Scan" in plan["Node Type"] and "Relation Name" in plan:
        removed = sum(plan.get(f"Rows Removed by {why}", 0) for why in ("Filter", "Index Recheck"))
        yield round((plan["Actual Rows"] + removed) * plan["Actual Loops"])
    for part in plan.get("Plans", []):
        yield from rows_looked_at(part)


@pytest.mark.parametrize(
    "text", ["li wu", "ol iv", "%%%", "---", "a-b", "a@e", "hamilton li", "hamilton r s n o a e i 1 2"]
)
def test_search_does_not_scan_the_table(many_people: None, text: str) -> None:
    with connection.cursor() as cursor:
        # So few rows would be scanned; what matters is that the indexes can serve, and what cannot be is scanned still.
        cursor.execute("SET LOCAL enable_seqscan = off")
    [explained] = orjson.loads(found(text).explain(format="json", analyze=True))

    assert sum(rows_looked_at(explained["Plan"])) < 0.3 * MANY
