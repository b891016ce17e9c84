"""Tabs of a record's page. Higher apps register theirs with ``people_panels`` and its sisters, as they do filters."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any, ClassVar

from django.core.exceptions import PermissionDenied
from django.db.models import Model, QuerySet
from django.http import Http404, HttpRequest, HttpResponseBase
from django.template.response import TemplateResponse
from django.urls import URLPattern, path, reverse
from django.utils.translation import gettext_lazy as _

from users.admin.base import M, RecordAdmin
from users.admin.changelist import in_two_steps

LAST_PAGE = 1_000
# The slugs of the tabs that come last, whoever registers after them.
TOKENS = "tokens"
SIGN_IN = "security"
ACCESS = "access"
HISTORY = "history"
LAST = (TOKENS, SIGN_IN, ACCESS, HISTORY)


@dataclass(frozen=True, slots=True)
class Link:
    """Somewhere to go from a panel: another choice of its rows, or an action."""

    title: Any
    href: str
    active: bool = False
    icon: str = ""


class Panel:
    """A tab that is read only when it is opened; shown to who has ``permission``."""

    slug: ClassVar[str]
    title: ClassVar[Any]
    permission: ClassVar[str]
    template_name = "admin/record/panel.html"
    stands_first: ClassVar[bool] = False  # before the form

    def content(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        """Return the context of the template."""
        raise NotImplementedError


class TablePanel(Panel):
    """A panel of rows, a page at a time and without counting them."""

    headings: ClassVar[Sequence[Any]]
    per_page = 50
    empty: ClassVar[Any] = _("Nothing here yet.")

    def rows(self, request: HttpRequest, record: Any) -> "QuerySet[Any]":
        """Return the rows in their order."""
        raise NotImplementedError

    def cells(self, request: HttpRequest, row: Any) -> Sequence[Any]:
        """Return one row as it is shown."""
        raise NotImplementedError

    def complete(self, request: HttpRequest, rows: list[Any]) -> None:
        """Give the rows of a page what their cells need beyond one query."""

    def choices(self, request: HttpRequest, record: Any) -> list[Link]:
        """Return what the rows can be narrowed to."""
        return []

    def actions(self, request: HttpRequest, record: Any) -> list[Link]:
        """Return what can be done from here."""
        return []

    def content(self, request: HttpRequest, record: Any) -> dict[str, Any]:
        return self.page_of(request, record, self.rows(request, record))

    def page_of(self, request: HttpRequest, record: Any, rows: "QuerySet[Any]") -> dict[str, Any]:
        """Return the context of the template with the page of ``rows`` that is asked for."""
        page = page_number(request)
        start = (page - 1) * self.per_page
        found = in_two_steps(rows[start : start + self.per_page + 1], rows)
        shown = found[: self.per_page]
        self.complete(request, shown)
        return {
            "table": {"headers": self.headings, "rows": [self.cells(request, row) for row in shown]},
            "choices": self.choices(request, record),
            "actions": self.actions(request, record),
            "empty": self.empty,
            **neighbours(request, page, more=len(found) > self.per_page),
        }


def page_number(request: HttpRequest) -> int:
    """Return the page that is asked for; the first for anything that is no page."""
    text = request.GET.get("page", "")
    return min(max(int(text), 1), LAST_PAGE) if text.isascii() and text.isdigit() and len(text) < 10 else 1  # noqa: PLR2004  # no page has 10 digits


def neighbours(request: HttpRequest, page: int, *, more: bool) -> dict[str, str]:
    """Return the addresses of the pages before and behind this one, for the template."""
    previous = with_parameters(request, page=str(page - 1)) if page > 1 else ""
    return {"previous": previous, "next": with_parameters(request, page=str(page + 1)) if more else ""}


def with_parameters(request: HttpRequest, **parameters: str) -> str:
    """Return the request's query with other parameters; an empty value removes one."""
    query = request.GET.copy()
    for name, value in parameters.items():
        query.pop(name, None)
        if value:
            query[name] = value
    return f"?{query.urlencode()}"


class Panels:
    """The panels of one kind of record, in the order in which they were registered."""

    def __init__(self) -> None:
        self._panels: dict[str, Panel] = {}

    def register(self, *panels: Panel) -> None:
        """Add panels; their slugs are unique."""
        for panel in panels:
            if panel.slug in self._panels:
                raise ValueError(f"There is a panel “{panel.slug}” already.")
            self._panels[panel.slug] = panel

    def first(self) -> str | None:
        """Return the slug of the panel that stands before the form, if there is one."""
        return next((panel.slug for panel in self._panels.values() if panel.stands_first), None)

    def allowed(self, request: HttpRequest) -> Iterator[Panel]:
        """Return those that the caller may see; what every record or person has comes last."""
        user: Any = request.user
        last = sorted(self._panels.values(), key=lambda panel: LAST.index(panel.slug) if panel.slug in LAST else -1)
        return (panel for panel in last if user.has_perm(panel.permission))

    def find(self, request: HttpRequest, slug: str) -> Panel:
        """Return one of them. Raises ``Http404`` or ``PermissionDenied``."""
        if slug not in self._panels:
            raise Http404
        for panel in self.allowed(request):
            if panel.slug == slug:
                return panel
        raise PermissionDenied


class PanelAdmin(RecordAdmin[M]):
    """An admin whose records show ``panels`` beside their form."""

    panels: Panels
    change_form_template = "admin/record/form.html"

    def get_urls(self) -> list[URLPattern]:
        view = self.admin_site.admin_view(self.panel_view)
        return [path("<path:object_id>/panel/<slug:slug>/", view, name=self._name("panel")), *super().get_urls()]

    def panel_view(self, request: HttpRequest, object_id: str, slug: str) -> HttpResponseBase:
        """Show one panel of one record."""
        record = self.get_object(request, object_id)
        if record is None:
            return self._get_obj_does_not_exist_redirect(request, self.opts, object_id)  # type: ignore[attr-defined,no-any-return]  # Django's own answer
        if not self.has_view_or_change_permission(request, record):
            raise PermissionDenied
        panel = self.panels.find(request, slug)
        context = {
            **self.admin_site.each_context(request),
            **panel.content(request, record),
            "record_tabs": self.tabs(request, record, slug),
            "record_links": self.record_links(request, record),
            "title": record,
            "subtitle": panel.title,
            "original": record,
            "opts": self.opts,
            "is_fullwidth": "1",
        }
        request.current_app = self.admin_site.name
        return TemplateResponse(request, panel.template_name, context)

    def render_change_form(self, request: HttpRequest, context: Any, *args: Any, **kwargs: Any) -> Any:
        record: Model | None = kwargs.get("obj")
        if record is not None:
            context["record_tabs"] = self.tabs(request, record, "")
            context["record_links"] = self.record_links(request, record)
        return super().render_change_form(request, context, *args, **kwargs)

    def history_view(self, request: HttpRequest, object_id: str, extra_context: Any = None) -> Any:
        """Show what the database recorded instead of what this site alone remembers."""
        return self.panel_view(request, object_id, HISTORY)

    def record_links(self, request: HttpRequest, record: Any) -> list[Link]:
        """Return what can be done to the record, for the page's header."""
        return []

    def tabs(self, request: HttpRequest, record: Model, slug: str) -> list[dict[str, Any]]:
        """Return the tabs for unfold's template: the form and, but for those that stand first, behind it the panels."""
        form = {"title": _("Details"), "link": reverse(f"admin:{self._name('change')}", args=[record.pk]), "slug": ""}
        before: list[dict[str, Any]] = []
        behind: list[dict[str, Any]] = []
        for panel in self.panels.allowed(request):
            page = reverse(f"admin:{self._name('panel')}", args=[record.pk, panel.slug])
            tab = {"title": panel.title, "link": page, "slug": panel.slug}
            (before if panel.stands_first else behind).append(tab)
        return [{**tab, "has_permission": True, "active": tab["slug"] == slug} for tab in (*before, form, *behind)]

    def _name(self, view: str) -> str:
        return f"{self.opts.app_label}_{self.opts.model_name}_{view}"
