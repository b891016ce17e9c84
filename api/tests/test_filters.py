import contextlib
import uuid
from datetime import UTC, datetime
from typing import Any

import hypothesis
import pytest
from django.contrib.auth.models import AnonymousUser
from django.db.models import Q
from django.db.models.functions import Lower
from django.http import QueryDict
from hypothesis import strategies as st
from pytest_django import DjangoAssertNumQueries

from api.exceptions import InvalidInput
from api.filters import CountFilter, FilterContext, FilterSet, IdFilter, ObjectFilter, TextFilter
from api.tests.library import book_filters
from api.tests.models import Book, Copy

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5) | st.datetimes().map(str),
    lambda inner: st.lists(inner, max_size=3),
    max_leaves=5,
)
TREES = st.recursive(
    st.dictionaries(st.sampled_from([*book_filters.filters, "colour"]), VALUES, max_size=3),
    lambda inner: st.fixed_dictionaries({}, optional={"and": st.lists(inner), "or": st.lists(inner), "not": inner}),
    max_leaves=10,
)


def make_book(title: str, *copies: tuple[str, str], **fields: Any) -> Book:
    book: Book = Book.objects.create(title=title, **fields)
    Copy.objects.bulk_create(Copy(book=book, shelf=shelf, state=state) for shelf, state in copies)
    return book


def found(tree: Any, context: FilterContext) -> list[str]:
    condition = book_filters.q(tree, context)
    return list(Book.objects.filter(condition).order_by("title").values_list("title", flat=True))


@pytest.fixture
def books(db: None) -> None:
    make_book("Emma", ("A", "fine"), ("B", "torn"), pages=500, external_id="E-1", genre="novel")
    make_book("Walden", ("A", "torn"), pages=300, locked=True, genre="essay")
    make_book("Ulysses", ("A", "fine"), ("A", "fine"), pages=700, published_at=datetime(2020, 2, 2, tzinfo=UTC))


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("tree", "titles"),
    [
        ({}, ["Emma", "Ulysses", "Walden"]),
        ({"title": "EMMA"}, ["Emma"]),
        ({"title": ["emma", "WALDEN"]}, ["Emma", "Walden"]),
        ({"genre": "essay"}, ["Walden"]),
        ({"genre": ["story", "essay"]}, ["Emma", "Ulysses", "Walden"]),
        ({"min_pages": 500}, ["Emma", "Ulysses"]),
        ({"min_pages": 2**62}, []),
        ({"published_since": "2020-02-02"}, ["Emma", "Ulysses", "Walden"]),
        ({"published_since": "2020-02-02T00:00:01"}, ["Emma", "Walden"]),
        ({"published_since": "2020-02-02T01:00:00+01:00"}, ["Emma", "Ulysses", "Walden"]),
        ({"locked": True}, ["Walden"]),
        ({"locked": False}, ["Emma", "Ulysses"]),
        ({"thick": True}, ["Emma", "Ulysses"]),
        ({"thick": False}, ["Walden"]),
        ({"book": "E-1"}, ["Emma"]),
        ({"book": ["E-1"]}, ["Emma"]),
        ({"q": "l"}, ["Ulysses", "Walden"]),
        ({"shelf": "b", "state": "torn"}, ["Emma"]),
        ({"shelf": "b", "state": "fine"}, []),
        ({"and": [{"shelf": "b"}, {"state": "fine"}]}, ["Emma"]),
        ({"stocked": {"shelf": "a", "min": 2}}, ["Ulysses"]),
        ({"stocked": {}}, ["Emma", "Ulysses", "Walden"]),
        ({"not": {"shelf": "b"}}, ["Ulysses", "Walden"]),
        ({"not": {"genre": "novel", "min_pages": 600}}, ["Emma", "Walden"]),
        ({"or": [{"title": "emma"}, {"not": {"not": {"locked": True}}}]}, ["Emma", "Walden"]),
        ({"or": [{"title": "emma"}, {}]}, ["Emma", "Ulysses", "Walden"]),
        ({"not": {}}, []),
        ({"min_pages": 600, "or": [{"title": "emma"}, {"title": "ulysses"}]}, ["Ulysses"]),
    ],
)
def test_tree_finds_what_it_says(tree: Any, titles: list[str], context: FilterContext) -> None:
    assert found(tree, context) == titles


@pytest.mark.usefixtures("books")
def test_filter_sees_no_more_than_its_caller(context: FilterContext, django_user_model: Any) -> None:
    stranger = FilterContext(django_user_model(is_staff=False))

    assert found({"shelf": "a"}, context) == ["Emma", "Ulysses", "Walden"]
    assert found({"shelf": "a"}, stranger) == []


@pytest.mark.parametrize(
    ("tree", "pointer", "detail"),
    [
        ([], "", "Give an object of filters."),
        ({"titel": "x"}, "/titel", "Did you mean “title”?"),
        ({"title": 5}, "/title", "Give a text."),
        ({"title": ["a", 5]}, "/title/1", "Give a text."),
        ({"title": []}, "/title", "Give at least one value."),
        ({"title": "a\0"}, "/title", "NUL"),
        ({"title": "\ud800"}, "/title", "surrogate"),
        ({"genre": "poem"}, "/genre", "Possible: essay, novel."),
        ({"min_pages": "5"}, "/min_pages", "Give a whole number."),
        ({"min_pages": True}, "/min_pages", "Give a whole number."),
        ({"min_pages": 2**63}, "/min_pages", "too large"),
        ({"min_pages": -1}, "/min_pages", "Give a number from 0 on."),
        ({"stocked": {"min": -1}}, "/stocked/min", "Give a number from 0 on."),
        ({"published_since": "yesterday"}, "/published_since", "ISO 8601"),
        ({"published_since": 5}, "/published_since", "Give a text."),
        ({"published_since": "0001-01-01T00:00:00+14:00"}, "/published_since", "ISO 8601"),
        ({"published_since": "0001-01-01"}, "/published_since", "ISO 8601"),
        ({"locked": "yes"}, "/locked", "Give true or false."),
        ({"book": 5}, "/book", "Give a text."),
        ({"q": "  "}, "/q", "at least one character"),
        ({"stocked": []}, "/stocked", "Give an object."),
        ({"stocked": {"shelf": ["a", 1]}}, "/stocked/shelf/1", "Give a text."),
        ({"stocked": {"size": 1}}, "/stocked/size", "Possible: book, min, shelf, since."),
        ({"or": []}, "/or", "Give a list of one or more"),
        ({"or": {}}, "/or", "Give a list of one or more"),
        ({"and": [{}, 5]}, "/and/1", "Give an object of filters."),
        ({"not": [{}]}, "/not", "Give an object of filters."),
        ({"or": [{"not": {"a/b": 1}}]}, "/or/0/not/a~1b", "is not known here"),
    ],
)
def test_faulty_tree_says_what_and_where(tree: Any, pointer: str, detail: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        book_filters.read(tree)

    fault = caught.value.faults[0].as_json()
    assert fault["pointer"] == pointer
    assert detail in fault["detail"]


def test_faulty_tree_lists_every_fault() -> None:
    with pytest.raises(InvalidInput) as caught:
        book_filters.read({"title": 5, "not": {"size": 1}, "stocked": {"min": "a", "shelf": 5, "x": 1}})

    paths = {fault.path for fault in caught.value.faults}
    assert paths == {("title",), ("not", "size"), ("stocked", "min"), ("stocked", "shelf"), ("stocked", "x")}


def nested(depth: int) -> dict[str, Any]:
    return {"title": "a"} if depth == 1 else {"not": nested(depth - 1)}


def test_tree_nests_at_most_eight_deep() -> None:
    book_filters.read(nested(8))

    with pytest.raises(InvalidInput, match="at most 8 deep"):
        book_filters.read(nested(9))


@pytest.mark.parametrize(
    "tree",
    [
        {"title": ["a"] * 200},
        {"or": [{"title": "a"}] * 100},
        {"or": [{}] * 200},
        {"stocked": {"shelf": ["a"] * 201}},
    ],
)
def test_tree_has_at_most_two_hundred_parts(tree: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        book_filters.read(tree)

    assert [fault.code for fault in caught.value.faults] == ["too_many"]


def test_tree_of_two_hundred_parts_is_read() -> None:
    assert len(book_filters.read({"title": ["a"] * 199}).given) == 1


def test_search_at_the_top_gives_the_rank(context: FilterContext) -> None:
    assert book_filters.read({"q": "emma"}).ranking(context) is not None
    assert book_filters.read({"not": {"q": "emma"}}).ranking(context) is None


@pytest.mark.parametrize(
    ("text", "code"), [("a" * 201, "too_long"), ("a " * 10 + "b", "too_many"), (" ", "empty"), (7, "type")]
)
@pytest.mark.parametrize("tree", [lambda text: {"q": text}, lambda text: {"or": [{"not": {"q": text}}]}])
def test_search_is_for_a_text_of_bounded_length(text: object, code: str, tree: Any) -> None:
    with pytest.raises(InvalidInput) as caught:
        book_filters.read(tree(text))

    assert [(fault.code, fault.path[-1]) for fault in caught.value.faults] == [(code, "q")]


def test_search_takes_two_hundred_characters_and_ten_words() -> None:
    longest = " ".join(["a" * 19] * 10)

    assert book_filters.filters["q"].read(f" {longest}a ") == f"{longest}a"


def test_names_are_given_once() -> None:
    filters = FilterSet("things")
    filters.register(CountFilter("size"))

    for name in ("size", "limit", "and"):
        with pytest.raises(ValueError, match=name):
            filters.register(CountFilter(name))


def test_comparison_is_one_of_five() -> None:
    with pytest.raises(ValueError, match="regex"):
        CountFilter("size", "regex")


def test_id_filter_without_external_ids_wants_a_uuid() -> None:
    with pytest.raises(InvalidInput, match="a UUID"):
        IdFilter("book", of="api_tests.Book", external=None).read("E-1")


@pytest.mark.usefixtures("books")
@pytest.mark.parametrize(
    ("tree", "pointers"),
    [
        ({"book": "nope"}, ["/book"]),
        ({"book": str(uuid.UUID(int=5))}, ["/book"]),
        ({"book": ["nope", "E-1", "E-2"]}, ["/book/0", "/book/2"]),
        ({"or": [{"book": "E-1"}, {"not": {"book": ["nope"]}}]}, ["/or/1/not/book/0"]),
        ({"stocked": {"book": "nope", "min": 1}}, ["/stocked/book"]),
    ],
)
def test_id_that_names_nothing_is_refused_where_it_stands(
    tree: Any, pointers: list[str], context: FilterContext
) -> None:
    read = book_filters.read(tree)

    with pytest.raises(InvalidInput, match=r"No such book: “(nope|E-2|0{8}-.*)”") as caught:
        read.q(context)

    assert [fault.as_json()["pointer"] for fault in caught.value.faults] == pointers
    assert {fault.code for fault in caught.value.faults} == {"does_not_exist"}


@pytest.mark.usefixtures("books")
def test_id_of_a_hidden_book_is_refused_like_one_of_none(context: FilterContext) -> None:
    hidden = make_book("Hidden", external_id="E-9", hidden=True)
    said = []

    for one in ("E-9", "E-8", str(hidden.pk), str(uuid.UUID(int=8))):
        with pytest.raises(InvalidInput) as caught:
            book_filters.q({"book": one}, context)
        said.append(str(caught.value).replace(one, "it"))

    assert len(set(said)) == 1


@pytest.mark.usefixtures("books")
def test_ids_of_one_model_are_looked_up_by_one_query(
    context: FilterContext, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    emma = str(Book.objects.get(title="Emma").pk)

    with django_assert_num_queries(1):
        book_filters.q({"book": [emma, "E-1"], "stocked": {"book": ["E-1", emma]}}, context)
    with django_assert_num_queries(0):
        book_filters.q({"title": "Emma"}, context)


def test_filter_without_a_condition_is_a_mistake_of_ours(context: FilterContext) -> None:
    with pytest.raises(NotImplementedError):
        ObjectFilter("it", condition=None).q(None, context)  # type: ignore[arg-type]  # the mistake


def test_filter_shows_its_name() -> None:
    assert repr(TextFilter("city", key=Lower)) == "TextFilter('city')"


def tree_of(query: str) -> dict[str, object]:
    return book_filters.tree_of(QueryDict(query))


@pytest.mark.parametrize(
    ("query", "tree"),
    [
        ("", {}),
        ("title=Emma", {"title": ["Emma"]}),
        ("title=Emma&title=Walden", {"title": ["Emma", "Walden"]}),
        ("title=&limit=5&cursor=x&ordering=y&count=z&format=json", {}),
        ("min_pages=%2B5", {"min_pages": 5}),
        ("locked=TRUE&thick=0", {"locked": True, "thick": False}),
        ("published_since=2020-01-01T10:00:00+02:00", {"published_since": "2020-01-01T10:00:00+02:00"}),
        ('stocked={"min": 2}', {"stocked": {"min": 2}}),
        (
            'stocked={"since": "2020-01-01T10:00:00+02:00", "shelf": "T1 02", "colour": "T1 02"}',
            {"stocked": {"since": "2020-01-01T10:00:00+02:00", "shelf": "T1 02", "colour": "T1 02"}},
        ),
        ("stocked=[1]", {"stocked": [1]}),
    ],
)
def test_parameters_become_a_tree(query: str, tree: Any) -> None:
    assert tree_of(query) == tree


@pytest.mark.parametrize(
    ("query", "parameter", "detail"),
    [
        ("colour=red", "colour", "is not known here"),
        ("colour=", "colour", "is not known here"),
        ("min_pages=five", "min_pages", "Give a whole number."),
        ("min_pages=" + "9" * 40, "min_pages", "Give a whole number."),
        ("min_pages=1&min_pages=2", "min_pages", "Give this once."),
        ("locked=maybe", "locked", "Give true or false."),
        ("stocked={", "stocked", "Expecting property name"),
        ('stocked={"min":"x"}', "stocked", "Give a whole number."),
        ("genre=poem", "genre", "Possible: essay, novel."),
        ("and=[]", "and", "is not known here"),
    ],
)
def test_faulty_parameter_is_named(query: str, parameter: str, detail: str) -> None:
    with pytest.raises(InvalidInput) as caught:
        book_filters.read_parameters(QueryDict(query))

    assert caught.value.faults[0].parameter == parameter
    assert detail in caught.value.faults[0].detail


@pytest.mark.usefixtures("books")
def test_django_filterset_finds_the_same(rf: Any, librarian: Any) -> None:
    request = rf.get("/", {"shelf": "b", "state": "torn", "title": ["emma", "walden"], "min_pages": ""})
    request.user = librarian

    filterset = book_filters.django_filterset(Book)(request.GET, Book.objects.all(), request=request)

    assert filterset.is_valid()
    assert [book.title for book in filterset.qs] == ["Emma"]


@pytest.mark.usefixtures("books")
def test_django_filterset_names_faults_by_field(rf: Any) -> None:
    request = rf.get("/", {"min_pages": "five", "genre": "poem"})

    filterset = book_filters.django_filterset(Book)(request.GET, Book.objects.all(), request=request)

    assert not filterset.is_valid()
    assert set(filterset.errors) == {"min_pages", "genre"}


def test_django_filterset_shows_what_was_asked(rf: Any) -> None:
    request = rf.get("/", {"title": ["emma", "walden"]})
    form_class = book_filters.django_filterset(Book)

    form = form_class(request.GET, Book.objects.none(), request=request).form
    plain = form_class({"title": "emma"}, Book.objects.none(), request=request).form

    assert 'value="emma, walden"' in str(form["title"])
    assert plain.is_valid()
    assert plain.cleaned_data["title"] == ["emma"]


def test_schema_describes_every_filter() -> None:
    schema = book_filters.schema()

    assert set(schema["properties"]) == {*book_filters.filters, "and", "or", "not"}
    assert schema["properties"]["or"]["items"] == {"$ref": "#/components/schemas/BooksFilter"}
    assert schema["properties"]["genre"]["oneOf"][0] == {"type": "string", "enum": ["novel", "essay", "story"]}
    assert schema["properties"]["min_pages"]["minimum"] == 0
    assert schema["properties"]["min_pages"]["description"] == "At least so many pages."
    assert schema["properties"]["stocked"]["additionalProperties"] is False


def test_facts_are_a_mapping_of_what_was_given() -> None:
    facts = book_filters.filters["stocked"].read({"min": 2, "shelf": "a"})

    assert dict(facts) == {"min": 2, "shelf": ["a"]}
    assert len(facts) == 2


@pytest.mark.django_db
@hypothesis.settings(max_examples=60, deadline=None)
@hypothesis.given(tree=TREES)
def test_any_json_is_a_filter_or_refused(tree: Any) -> None:
    nobody = FilterContext(AnonymousUser())

    with contextlib.suppress(InvalidInput):
        assert Book.objects.filter(book_filters.q(tree, nobody)).count() == 0


def test_condition_takes_the_place_of_the_comparison(context: FilterContext) -> None:
    declared = CountFilter("age", condition=lambda value, _context: Q(pages=value))

    assert declared.q(3, context) == Q(pages=3)
