from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand, CommandError
from django.db import DatabaseError

from api.exceptions import InvalidInput
from api.filters import FilterContext
from api.filters.words import in_one_line, in_words
from users.expressions import text_key
from users.filters import people_filters
from users.management.rows import Row, add_format, show_rows
from users.models import Segment, User
from users.operator import OPERATOR

COLUMNS = ("name", "owner", "people", "filter")
BROKEN = 1


class Command(BaseCommand):
    help = "List the segments: what each asks for, and how many people it finds now."

    def add_arguments(self, parser: ArgumentParser) -> None:
        add_format(parser)

    def handle(self, *, format: str, **_options: Any) -> None:  # noqa: A002  # the option's name
        """Exit status 1 where a segment can no longer be evaluated."""
        try:
            segments = list(Segment.objects.select_related("owner").order_by(text_key("name")))
            context = FilterContext(OPERATOR)
            words = in_words(people_filters, [one.filter for one in segments], context)
            rows = [_row(one, in_one_line(said)) for one, said in zip(segments, words, strict=True)]
        except DatabaseError as error:
            raise CommandError(str(error).partition("\n")[0], returncode=BROKEN) from error
        show_rows(self.stdout._out, COLUMNS, rows, format)  # type: ignore[arg-type]  # the stubs take it for a function
        if not rows and format == "table":
            self.stdout.write("There are no segments.")
        if broken := [str(row["name"]) for row in rows if row["people"] is None]:
            raise CommandError(f"Cannot be evaluated any more: {', '.join(broken)}.", returncode=BROKEN)


def _row(segment: Segment, filter_in_words: str) -> Row:
    try:
        members = people_filters.q({"segment": str(segment.pk)}, FilterContext(OPERATOR))
        people: int | None = User.objects.filter(members).count()
    except InvalidInput:
        people = None
    owner = str(segment.owner) if segment.owner else None
    return {"name": segment.name, "owner": owner, "people": people, "filter": filter_in_words}
