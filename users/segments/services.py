"""What can be done to segments. API and admin both come through here."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from django.db import connection
from django.utils.translation import gettext as _

from api.exceptions import Conflict, Fault, InvalidInput
from api.filters import ReadFilter, empty_objects
from api.parsers import same_json
from api.transactions import locking
from users.filters import people_filters
from users.models import Segment, User
from users.operator import OPERATOR
from users.segments.membership import MOST_ENTERED, Saved, context_with, is_too_large, segments_named

# Key of the advisory lock under which segments are stored: two at once could name each other.
SEGMENTS = 0x5365676D
LISTED_AT_MOST = 5


@locking
def create_segment(*, segment: Segment, actor: User | None) -> Segment:
    """Store a new segment, owned by ``actor`` (None: an operator, and nobody owns it).

    Raises ``InvalidInput`` under ``filter`` for a filter that cannot be evaluated with the rights of ``actor``, and for
    one that is empty somewhere: it would find everybody.
    """
    _one_at_a_time()
    segment.owner = actor
    segment.uses = _checked(segment, actor)
    segment.full_clean()
    segment.save(force_insert=True)
    return segment


@locking
def update_segment(*, segment: Segment, changes: Mapping[str, object], actor: User | None) -> Segment:
    """Change the named fields of ``segment`` and return them as stored. Raises as ``create_segment`` does.

    A filter that is given as it is stored is not looked at: what it names may be gone, and the rest can be changed.
    """
    _one_at_a_time()
    stored = Segment.objects.select_for_update(no_key=True).get(pk=segment.pk)
    before = Saved(stored.name, stored.filter)
    if "filter" in changes and same_json(changes["filter"], before.filter):
        changes = {name: value for name, value in changes.items() if name != "filter"}
    for name, value in changes.items():
        setattr(stored, name, value)
    written = {*changes}
    if "filter" in changes:
        stored.uses = _checked(stored, actor)
        written.add("uses")
    stored.full_clean(exclude={field.name for field in Segment._meta.concrete_fields} - changes.keys())
    if changes:
        stored.save(update_fields=[*written])
        stored.refresh_from_db()
    if "filter" in changes:
        _check_those_above(stored, before, actor)
    return stored


@locking
def delete_segment(*, segment: Segment) -> None:
    """Delete a segment and its history. Raises ``Conflict`` where other segments name it.

    Campaigns that were made for it keep its filter.
    """
    _one_at_a_time()
    above = [*Segment.objects.naming([segment.pk]).values_list("name", flat=True)[:LISTED_AT_MOST]]
    if above:
        raise Conflict(
            _("“%(segment)s” is named by the filters of other segments: %(others)s. Change those first.")
            % {"segment": segment, "others": ", ".join(above)},
            "in_use",
        )
    segment.history.all().delete()
    segment.delete()


def read_filter(tree: Any) -> ReadFilter:
    """Return ``tree`` read as a segment's filter. Raises ``InvalidInput`` for a wrong one, and one empty somewhere."""
    read = people_filters.read(tree)
    if empty := empty_objects(tree):
        said = _("An empty filter finds everybody: name at least one condition here.")
        raise InvalidInput([Fault(said, "empty", path) for path in empty])
    return read


def check_filter(tree: Any, *, segment: Segment, actor: User | None) -> list[UUID]:
    """Return the segments that ``tree`` names, which is to be the filter of ``segment``.

    Raises ``InvalidInput`` for one that is empty somewhere, comes to the segment itself, or cannot be evaluated with
    the rights of ``actor``.
    """
    read = read_filter(tree)
    uses = segments_named(tree)
    _refuse_cycle(segment, uses)
    read.refuse_strangers(context_with(actor or OPERATOR, {}, entered=1))
    return sorted(uses)


def _checked(segment: Segment, actor: User | None) -> list[UUID]:
    try:
        return check_filter(segment.filter, segment=segment, actor=actor)
    except InvalidInput as error:
        raise error.under("filter") from None


def _refuse_cycle(segment: Segment, uses: set[UUID]) -> None:
    """Raise ``InvalidInput`` where the segment would name itself, by itself or through others."""
    reached: set[UUID] = set()
    found = uses
    while found - reached:
        reached |= found
        found = {key for keys in Segment.objects.filter(pk__in=found).values_list("uses", flat=True) for key in keys}
    if segment.pk in reached:
        raise InvalidInput(Fault(_("The segment would name itself, by itself or through others."), "cycle"))


def _check_those_above(segment: Segment, before: Saved, actor: User | None) -> None:
    """Raise ``InvalidInput`` where a segment that names this one, itself or through others, has grown too large.

    No other fault of theirs is this one's to mend: its own filter was found right, and theirs are as they were.
    """
    reached: set[UUID] = set()
    found = {segment.pk}
    while found - reached:
        reached |= found
        found = {*Segment.objects.naming(found).values_list("pk", flat=True)}
    as_before = {str(segment.pk): before.as_json()}
    for above in Segment.objects.filter(pk__in=reached - {segment.pk}):
        now, then = (context_with(actor or OPERATOR, pinned, entered=1) for pinned in ({}, as_before))
        if is_too_large(people_filters, above.filter, now) and not is_too_large(people_filters, above.filter, then):
            said = _("The segment “%(name)s” names this one, and would come to more than %(most)s segments.")
            fault = Fault(said % {"name": above, "most": MOST_ENTERED}, "broken_segment", ("filter",))
            raise InvalidInput(fault)


def _one_at_a_time() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [SEGMENTS])
