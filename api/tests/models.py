"""A small library, to try the house rules on."""

import uuid
from typing import Any, Self

from django.core.exceptions import ValidationError
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Collate, Lower
from django.utils import timezone as clock


class BookQuerySet(models.QuerySet["Book"]):
    def visible_to(self, user: Any) -> Self:
        """Return the books that are not hidden, for staff."""
        return self.filter(hidden=False) if user.is_staff else self.none()

    def editable_by(self, user: Any) -> Self:
        """Return the visible books that are not locked."""
        return self.visible_to(user).filter(locked=False)


class Author(models.Model):
    name = models.CharField(max_length=100)
    objects: models.Manager["Author"] = models.Manager()

    def __str__(self) -> str:
        return self.name


class Book(models.Model):
    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    external_id = models.CharField(max_length=50, unique=True, null=True, blank=True)
    title = models.CharField(max_length=100)
    isbn = models.CharField(max_length=20, unique=True, null=True, blank=True)
    genre = models.CharField(max_length=20, choices=[("novel", "novel"), ("essay", "essay")], default="novel")
    pages = models.IntegerField(default=1)
    price = models.DecimalField(max_digits=8, decimal_places=2, default=0)
    weight = models.FloatField(default=0)
    printed_on = models.DateField(default="2000-01-01")
    published_at = models.DateTimeField(default=clock.now)
    hidden = models.BooleanField(default=False)
    locked = models.BooleanField(default=False)
    author = models.ForeignKey(Author, models.PROTECT, null=True, blank=True, related_name="books")
    objects = BookQuerySet.as_manager()

    class Meta:
        ordering = ["id"]
        constraints = [
            models.CheckConstraint(
                condition=Q(pages__gt=0), name="books_have_pages", violation_error_message="A book has pages."
            ),
            models.UniqueConstraint(fields=["title", "author"], name="one_title_per_author"),
        ]
        indexes = [models.Index(Collate(Lower(F("title")), "C"), "id", name="api_tests_title")]

    def __str__(self) -> str:
        return self.title

    def clean(self) -> None:
        """Refuse a book that is named after its author."""
        if self.author and self.author.name == self.title:
            raise ValidationError({"author": "A book is not its author."})


class CopyQuerySet(models.QuerySet["Copy"]):
    def visible_to(self, user: Any) -> Self:
        """Return every copy, for staff."""
        return self.all() if user.is_staff else self.none()


class Copy(models.Model):
    book = models.ForeignKey(Book, models.CASCADE, related_name="copies")
    shelf = models.CharField(max_length=20)
    state = models.CharField(max_length=20, default="fine")
    objects = CopyQuerySet.as_manager()

    def __str__(self) -> str:
        return f"{self.book} on {self.shelf}"
