"""What every list of the admin has in common: counts that end, an order that an index has, records to read alone."""

import re
from typing import Any

import pytest
from django.contrib import admin
from django.test import Client
from django.urls import reverse
from unfold.templatetags import unfold_list

from api import ranking
from api.filters import FilterSet
from users.admin import changelist
from users.admin.panels import Panel, Panels
from users.imports.models import Import
from users.models import User
from users.tests.factories import UserFactory

LIST = reverse("admin:users_user_changelist")


def test_count_below_the_cap_is_exact(admin_of_staff: Client) -> None:
    UserFactory.create_batch(2)
    assert "3\n    people" in admin_of_staff.get(LIST).content.decode()


def test_count_at_the_cap_says_that_there_are_more(admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelist, "COUNTED_AT_MOST", 2)
    UserFactory.create_batch(3)
    assert admin_of_staff.get(LIST).context["cl"].paginator.count == 2


@pytest.mark.parametrize(("estimate", "shown"), [(5, "over 10"), (1234, "about 1,234")])
def test_count_beyond_the_cap_is_the_better_of_cap_and_estimate(
    monkeypatch: pytest.MonkeyPatch, estimate: int, shown: str
) -> None:
    monkeypatch.setattr(changelist, "estimated_count", lambda _rows: estimate)
    assert changelist.shown_count(User.objects.all(), 10, 10) == shown


def test_count_is_left_out_where_the_planner_expects_far_more(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(changelist, "estimated_count", lambda _rows: changelist.SURELY_MORE)
    assert changelist.CappedPaginator(User.objects.all(), 50).count == changelist.COUNTED_AT_MOST


@pytest.mark.parametrize(("order", "last"), [("7", "pk"), ("-7", "-pk"), ("", "-pk")])
def test_order_ends_with_the_key_in_the_same_direction(admin_of_staff: Client, order: str, last: str) -> None:
    query = admin_of_staff.get(LIST, {"o": order} if order else {}).context["cl"].queryset.query
    assert query.order_by[-1] == last


def test_search_sorts_its_first_finds_alone(admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ranking, "RANKED_AT_MOST", 2)
    UserFactory.create_batch(3, last_name="Hamilton")
    assert len(admin_of_staff.get(LIST + "?q=hamilton").context["cl"].result_list) == 2


def test_imports_are_there_to_read(admin_of_staff: Client) -> None:
    record = Import.objects.create(kind="users", file_name="people.csv", sha256="0" * 64)
    page = reverse("admin:users_import_change", args=[record.pk])
    shown = admin_of_staff.get(reverse("admin:users_import_changelist")).context["cl"].result_list
    assert (shown, admin_of_staff.get(page).status_code) == ([record], 200)
    assert admin_of_staff.post(page, {"kind": "events"}).status_code == 403


def test_panels_with_a_slug_that_is_taken() -> None:
    class Notes(Panel):
        slug = "notes"
        permission = "users.view_user"

    panels = Panels()
    panels.register(Notes())
    with pytest.raises(ValueError, match="notes"):
        panels.register(Notes())


def test_every_list_filter_stands_on_a_declared_one() -> None:
    people = admin.site.get_model_admin(User)
    declared: list[tuple[FilterSet, str]] = [
        (one.declared, name)  # type: ignore[union-attr]  # ours are classes of our own
        for one in people.list_filter
        for name in one.fields  # type: ignore[union-attr]  # as above
    ]
    assert [name for filters, name in declared if name not in filters.filters] == []


def test_headings_are_made_once_for_all_rows(admin_of_staff: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    UserFactory.create_batch(3)
    labelled: list[str] = []
    label = unfold_list.label_for_field

    def note(name: str, *others: Any, **options: Any) -> Any:
        labelled.append(name)
        return label(name, *others, **options)

    monkeypatch.setattr(unfold_list, "label_for_field", note)
    cl = admin_of_staff.get(LIST).context["cl"]

    assert (len(cl.result_list), labelled) == (4, list(cl.list_display))


def test_drop_down_lists_have_the_arrow_of_all_others(admin_of_staff: Client) -> None:
    page = admin_of_staff.get(reverse("admin:relations_usereventrelation_add")).content.decode()
    assert re.search(r"</select>\s*<span class=\"material-symbols-outlined[^>]*>expand_more", page)
