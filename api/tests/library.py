"""The library's part of the API: what an app declares, in small."""

from typing import Any

from django.db.models import Count, Exists, F, OuterRef, Q
from django.db.models.functions import Collate, Lower
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.decorators import action
from rest_framework.request import Request
from rest_framework.response import Response

from api.filters import (
    BooleanFilter,
    ChoiceFilter,
    CountFilter,
    DateTimeFilter,
    FactGroup,
    Facts,
    FilterContext,
    FilterSet,
    IdFilter,
    ObjectFilter,
    SearchFilter,
    TextFilter,
)
from api.identifiers import IdentifierField
from api.ordering import Ordering
from api.representation import Row
from api.serializers import ModelSerializer, Serializer
from api.tests.models import Author, Book, Copy
from api.views import FilterByBodyMixin, ModelViewSet, ReadOnlyModelViewSet


def has_copy(facts: Facts, context: FilterContext) -> Q:
    """Return the condition that one and the same copy has the shelf and the state."""
    return Q(Exists(Copy.objects.visible_to(context.caller).filter(facts.q(context), book=OuterRef("pk"))))


def stocked(facts: Facts, context: FilterContext) -> Q:
    """Return the condition of at least ``min`` copies of the kind that the other keys name."""
    copies = Copy.objects.visible_to(context.caller).filter(facts.q(context, leaving_out=("min",)))
    enough = copies.values("book").annotate(number=Count("pk")).filter(number__gte=facts.get("min", 1))
    return Q(pk__in=enough.values("book"))


book_filters = FilterSet("books")
book_filters.register(
    TextFilter("title", key=Lower),
    ChoiceFilter("genre", [("novel", "Novel"), ("essay", "Essay")], aliases={"story": "novel"}),
    CountFilter("min_pages", "gte", column="pages", help_text="At least so many pages."),
    DateTimeFilter("published_since", "gte", column="published_at"),
    BooleanFilter("locked"),
    BooleanFilter("thick", condition=lambda _yes, _context: Q(pages__gte=500)),
    IdFilter("book", of="api_tests.Book", column="pk", external="external_id"),
    SearchFilter(
        tiers=lambda text: [Q(title__istartswith=text), Q(title__icontains=text)],
        rank=lambda _text: [F("pages").desc()],
    ),
    FactGroup(TextFilter("shelf", key=Lower), TextFilter("state", key=Lower), condition=has_copy),
    ObjectFilter(
        "stocked",
        TextFilter("shelf", key=Lower),
        IdFilter("book", of="api_tests.Book"),
        DateTimeFilter("since", "gte", column="book__published_at"),
        CountFilter("min"),
        condition=stocked,
    ),
)


class BookSerializer(ModelSerializer[Book]):
    author_id = serializers.PrimaryKeyRelatedField(
        source="author", queryset=Author.objects.all(), required=False, allow_null=True
    )
    author_name = serializers.CharField(source="author.name", read_only=True)
    copies = serializers.IntegerField(read_only=True)
    note = serializers.CharField(write_only=True, required=False)

    class Meta:
        model = Book
        fields = [
            "id",
            "external_id",
            "title",
            "isbn",
            "genre",
            "pages",
            "price",
            "published_at",
            "author_id",
            "author_name",
            "copies",
            "note",
        ]
        expressions = {"copies": Count("copies")}
        ignored_fields = ["shelf_mark"]


class LoanSerializer(Serializer):
    book = IdentifierField(Book)
    days = serializers.ListField(child=serializers.IntegerField(), required=False)


class BookViewSet(FilterByBodyMixin, ModelViewSet):
    permissions = {"fail": "add", "reprint": "change"}
    model = Book
    serializer_class = BookSerializer
    filters = book_filters
    orderings = {
        "title": Ordering(Collate(Lower(F("title")), "C")),
        "pages": Ordering("pages"),
        "price": Ordering("price"),
        "weight": Ordering("weight"),
        "printed_on": Ordering("printed_on"),
        "published_at": Ordering("published_at"),
        "genre": Ordering("genre"),
        "id": Ordering("id"),
    }
    default_ordering = "title"
    etag_columns = ("external_id", "title", "isbn", "genre", "pages", "price", "published_at", "author_id")

    def perform_create(self, serializer: Any) -> Book:
        serializer.validated_data.pop("note", None)
        book: Book = Book.objects.create(**serializer.validated_data)
        return book

    def perform_update(self, serializer: Any) -> Book:
        book: Book = serializer.instance
        Book.objects.filter(pk=book.pk).update(**serializer.validated_data)
        return book

    def perform_destroy(self, instance: Book) -> None:
        instance.delete()

    @extend_schema(request=None)
    @action(detail=True, methods=["post"])
    def reprint(self, request: Request, **kwargs: str) -> Response:
        """Add a page."""
        book = self.get_editable_object()
        Book.objects.filter(pk=book.pk).update(pages=F("pages") + 1)
        return self.answer_saved(book)

    @extend_schema(request=LoanSerializer, responses=LoanSerializer)
    @action(detail=False, methods=["post"])
    def fail(self, request: Request) -> Response:
        """Raise the error that the test has named."""
        raise FAILURES[request.data["name"]]


FAILURES: dict[str, Exception] = {}


class CopySerializer(Serializer):
    id = serializers.IntegerField()
    book_title = serializers.CharField(source="book.title")
    shelf = serializers.CharField()


class CopyViewSet(ReadOnlyModelViewSet):
    model = Copy
    serializer_class = CopySerializer
    orderings = {"id": Ordering("id")}

    def complete(self, rows: list[Row]) -> None:
        for number, row in enumerate(rows, 1):
            row["number"] = number
