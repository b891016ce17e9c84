"""The walk through the admin leaves out nothing but what is written here."""

from typing import Any
from urllib.parse import urlsplit

import pytest
from django.contrib import admin
from django.test import RequestFactory
from django.urls import resolve

from tests.access.routes import admin_names
from tests.browser.pages import pages, pages_outside
from users.admin.panels import PanelAdmin
from users.models import User

pytestmark = pytest.mark.browser
# Answers to scripts, and addresses that lead elsewhere.
NO_PAGES = {"app_list", "autocomplete", "events_event_suggest", "jsi18n", "logout", "search", "users_user_suggest"}
NO_PAGES |= {"view_on_site", "events_event_bulk", "mailing_emailtemplate_preview"}
# Django's own history of what its log holds: ours are tabs, and nothing leads there.
HISTORIES = {name for name in admin_names() if name.endswith("_history")}
# What nobody may add or delete by hand: a refusal, which is pictured once.
REFUSED = {
    "axes_accessattempt_add",
    "mailing_campaign_add",
    "mailing_campaign_delete",
    "mailing_delivery_add",
    "mailing_delivery_delete",
    "mailing_suppressionchange_add",
    "mailing_suppressionchange_delete",
    "relations_usereventrelation_delete",
    "users_apitoken_add",
    "users_apitoken_delete",
    "users_import_add",
    "users_import_delete",
    "users_securityevent_add",
    "users_securityevent_delete",
}
# One sentence after a form that is walked.
AFTERWARDS = {"password_change_done"}


def test_every_page_of_the_admin_is_walked(site: str) -> None:
    places = [resolve(urlsplit(address).path) for address in {**pages(), **pages_outside()}.values()]
    left_out = NO_PAGES | HISTORIES | REFUSED | AFTERWARDS

    assert admin_names() - left_out - {place.url_name for place in places} == set()
    assert left_out - admin_names() == set()


def test_every_tab_is_walked(site: str) -> None:
    request: Any = RequestFactory().get("/")
    request.user = User(is_superuser=True)
    places = [resolve(urlsplit(address).path) for address in pages().values()]
    walked = {(place.url_name, place.kwargs["slug"]) for place in places if str(place.url_name).endswith("_panel")}

    assert walked == {
        (f"{model._meta.app_label}_{model._meta.model_name}_panel", panel.slug)
        for model, record_admin in admin.site._registry.items()
        if isinstance(record_admin, PanelAdmin)
        for panel in record_admin.panels.allowed(request)
    }
