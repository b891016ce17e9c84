"""Segments in the admin: made from the filters of the list of people, shown in words with whom they find."""

import json
from collections.abc import Sequence
from contextlib import suppress
from typing import Any, ClassVar

from django import forms
from django.contrib import admin
from django.db.models import QuerySet
from django.http import HttpRequest
from django.urls import URLPattern, reverse
from django.utils.datastructures import MultiValueDict
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from api.exceptions import InvalidInput
from api.filters import FilterContext
from api.filters.words import Words, in_one_line, in_words
from api.parsers import same_json, strict_json
from users.admin.access import Access, AccessPanel, administrators, holding
from users.admin.changelist import PagedChangeList, capped_count, shown_count
from users.admin.deletion import ServiceDeletion
from users.admin.form_pages import text_area
from users.admin.forms import RecordForm
from users.admin.history import HistoryPanel
from users.admin.pages import RecordPages
from users.admin.panels import Link, PanelAdmin, Panels, TablePanel
from users.expressions import name_key, text_key
from users.filters import people_filters
from users.markup import NOTHING, link, moment, number
from users.models import Segment, User
from users.roles import Role
from users.segments.services import check_filter, create_segment, delete_segment, update_segment

MAY_VIEW = "users.view_segment"
COUNTED_AT_MOST = 10_000
NAME_LENGTH = 200

segment_panels = Panels()
segment_pages = RecordPages()


def filter_of_address(request: HttpRequest) -> dict[str, object]:
    """Return the tree that the parameters of a list of people stand for, without those that cannot be read."""
    tree: dict[str, object] = {}
    for name, texts in request.GET.lists():
        if name in people_filters.filters:
            with suppress(InvalidInput):
                one = people_filters.tree_of(MultiValueDict({name: texts[-1:]}))
                people_filters.read(one)
                tree |= one
    return {name: value[0] if isinstance(value, list) else value for name, value in tree.items()}


def words_of(request: HttpRequest, tree: object) -> list[Words]:
    """Return a filter in words, for the caller."""
    return in_words(people_filters, [tree], FilterContext(request.user))[0]


class FilterField(forms.CharField):
    """The JSON of a filter, as text."""

    widget = text_area(spellcheck="false", **{"data-json": ""})

    def prepare_value(self, value: Any) -> Any:
        return value if isinstance(value, str) else json.dumps(value, indent=2, ensure_ascii=False)

    def to_python(self, value: Any) -> Any:
        """Raise ``ValidationError`` for what is no JSON."""
        try:
            return strict_json(super().to_python(value) or "{}")
        except ValueError as error:
            raise forms.ValidationError(str(error)) from error

    def has_changed(self, initial: Any, data: Any) -> bool:
        """Compare values: spaces and line ends are no change."""
        try:
            return not same_json(self.to_python(data), initial)
        except forms.ValidationError:
            return True


class SegmentForm(RecordForm[Segment]):
    """A segment's name, what it is for, and its filter as JSON."""

    caller: ClassVar[Any] = None

    filter = FilterField(
        label=_("Filter"),
        help_text=_(
            "The JSON of POST /users/filter/, with and, or and not. To make one without writing JSON, filter the list "
            "of people and choose “Save as a segment”."
        ),
    )

    class Meta:
        model = Segment
        fields = ("name", "description", "filter")
        widgets: ClassVar[Any] = {"description": text_area(rows=3)}

    def clean_filter(self) -> Any:
        """Refuse a filter that cannot be evaluated, with each fault and its place; one that stays is not looked at."""
        tree = self.cleaned_data["filter"]
        if "filter" not in self.changed_data:
            return tree
        try:
            check_filter(tree, segment=self.instance, actor=self.caller)
        except InvalidInput as error:
            raise forms.ValidationError([str(fault) for fault in error.faults]) from error
        return tree


class PeopleOfSegment(TablePanel):
    """Whom the segment finds now: what it asks for in words, how many there are, and the people, a page at a time."""

    slug = "people"
    title = _("People")
    permission = MAY_VIEW
    template_name = "admin/users/segment_people.html"
    stands_first = True
    per_page = 25
    headings = (_("Person"), _("E-mail"), _("Company"), _("City"), _("Hosted"), _("Attended"))
    empty = _("This segment finds nobody at present.")

    def rows(self, request: HttpRequest, record: Segment) -> "QuerySet[User]":
        user: Any = request.user
        members = people_filters.q({"segment": str(record.pk)}, FilterContext(request.user))
        people = User.objects.visible_to(user).filter(members)
        return people.select_related("counts").order_by(name_key(), "pk")

    def cells(self, request: HttpRequest, row: User) -> Sequence[Any]:
        about = [row.email or NOTHING, row.company or NOTHING, row.city or NOTHING]
        return [link(row), *about, number(row.counts.hosted), number(row.counts.attended)]

    def content(self, request: HttpRequest, record: Segment) -> dict[str, Any]:
        """Add the filter in words and the number; of a segment that cannot be evaluated say why."""
        shown = {"description": record.description, "words": words_of(request, record.filter)}
        try:
            found = self.rows(request, record)
        except InvalidInput as error:
            trouble = " ".join(fault.detail for fault in error.faults)
            return {**shown, "trouble": trouble, "table": {"rows": []}, "empty": ""}
        counted = capped_count(found, COUNTED_AT_MOST)
        many = shown_count(found, counted, COUNTED_AT_MOST)
        listed = f"{reverse('admin:users_user_changelist')}?segment={record.pk}"
        return {**self.page_of(request, record, found), **shown, "counted": counted, "many": many, "listed": listed}


class SegmentAccess(AccessPanel):
    """Who can see a segment."""

    permission = MAY_VIEW

    def lines(self, record: Segment) -> list[Access]:
        owner = User.objects.filter(segments=record, is_active=True)
        others = holding(Role.ORGANIZER, Role.AGENT).exclude(pk__in=holding(Role.ADMIN).values("pk"))
        return [
            administrators(),
            Access(gettext("The owner"), owner, gettext("Whoever makes a segment owns it."), changes=True),
            Access(
                gettext("Staff"),
                others.exclude(segments=record),
                gettext("Everybody on the staff sees all segments, and in each whom they may know of."),
            ),
        ]


class SegmentChangeList(PagedChangeList):
    """The list of segments, each in words."""

    def get_results(self, request: HttpRequest) -> None:
        """Put the filters of a whole page into words, by one query per kind of record that they name."""
        super().get_results(request)
        words = in_words(people_filters, [one.filter for one in self.result_list], FilterContext(request.user))
        for segment, said in zip(self.result_list, words, strict=True):
            segment.asks_for = in_one_line(said)


@admin.register(Segment)
class SegmentAdmin(ServiceDeletion[Segment], PanelAdmin[Segment]):
    """Filters of people under a name."""

    panels = segment_panels
    form = SegmentForm
    list_display = ("name", "asks_for", "owned_by", "changed")
    list_display_links = ("name",)
    ordering: ClassVar[Any] = (text_key("name"),)
    fieldsets: ClassVar[Any] = (
        (None, {"fields": ("name", "description", "filter")}),
        (_("Record"), {"fields": ("owned_by", "created", "changed")}),
    )
    add_fieldsets: ClassVar[Any] = ((None, {"fields": ("name", "description", "filter")}),)
    readonly_fields = ("owned_by", "created", "changed")

    def get_urls(self) -> list[URLPattern]:
        return [*segment_pages.urls(self), *super().get_urls()]

    def get_queryset(self, request: HttpRequest) -> "QuerySet[Segment]":
        return super().get_queryset(request).select_related("owner")

    def get_fieldsets(self, request: HttpRequest, obj: Segment | None = None) -> Any:
        return self.fieldsets if obj else self.add_fieldsets

    def get_form(self, request: HttpRequest, obj: Any = None, change: bool = False, **kwargs: Any) -> Any:  # noqa: FBT001, FBT002  # Django's signature
        """Let the form know with whose rights its filter is tried."""
        form: Any = super().get_form(request, obj, change=change, **kwargs)
        form.caller = request.user
        return form

    def get_changeform_initial_data(self, request: HttpRequest) -> dict[str, Any]:
        """Begin a new segment with the filters of the list that it was asked for from, named by its words."""
        tree = filter_of_address(request)
        name = in_one_line(words_of(request, tree))[:NAME_LENGTH]
        return {"filter": tree, "name": name} if tree else {}

    def get_changelist(self, request: HttpRequest, **kwargs: Any) -> type[PagedChangeList]:
        return SegmentChangeList

    def record_links(self, request: HttpRequest, record: Segment) -> list[Link]:
        return segment_pages.links(request, record)

    def create(self, request: HttpRequest, record: Segment) -> None:
        actor: Any = request.user
        create_segment(segment=record, actor=actor)

    def update(self, request: HttpRequest, record: Segment, changes: dict[str, object]) -> None:
        actor: Any = request.user
        update_segment(segment=record, changes=changes, actor=actor)

    def remove(self, request: HttpRequest, record: Segment) -> None:
        delete_segment(segment=record)

    @admin.display(description=_("asks for"))
    def asks_for(self, segment: Any) -> str:
        return segment.asks_for  # type: ignore[no-any-return]  # given by the list

    @admin.display(description=_("owner"))
    def owned_by(self, segment: Segment) -> SafeString | str:
        return link(segment.owner) if segment.owner else gettext("nobody")

    @admin.display(description=_("created"))
    def created(self, segment: Segment) -> SafeString | str:
        return moment(segment.created_at)

    @admin.display(description=_("changed"))
    def changed(self, segment: Segment) -> SafeString | str:
        return moment(segment.updated_at)


segment_panels.register(PeopleOfSegment(), SegmentAccess(), HistoryPanel(MAY_VIEW))
